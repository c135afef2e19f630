"""A priced product's basis, built from the tables of original pricing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.lookup import DurationTable
from xl_ltc.assumptions.pricing.claim_costs import PricingClaimCosts
from xl_ltc.assumptions.pricing.lapse import PricingLapse, lapse_grid, option_rates
from xl_ltc.assumptions.pricing.mortality import FIRST_AGE, PricingMortality
from xl_ltc.assumptions.pricing.specs import (
    BASES,
    DURATIONS,
    INTEREST,
    MORTALITY,
    NONE,
    SELECT,
    WITH_FACTORS,
)
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION
from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.tables import Locator, dense

T = TypeVar("T")

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class NoExpiry:
    """No benefit expiry of its own: pricing had none (Exhibit III)."""

    def rate(self, sex: ArrayLike, benefit_period: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """Zero."""
        shape = np.broadcast_shapes(*(np.shape(a) for a in (sex, benefit_period, attained_age)))
        return np.zeros(shape)


@dataclass(frozen=True)
class NoImprovement:
    """No improvement of mortality or morbidity: pricing had none (Exhibit III)."""

    years: float = 0.0

    def rate(self, sex: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """Zero."""
        return np.zeros(np.broadcast_shapes(np.shape(sex), np.shape(attained_age)))

    def factor(self, sex: ArrayLike, attained_age: ArrayLike, projection_year: ArrayLike) -> np.ndarray:
        """One."""
        shape = np.broadcast_shapes(*(np.shape(a) for a in (sex, attained_age, projection_year)))
        return np.ones(shape)


@dataclass(frozen=True)
class PricingBasis:
    """What a product was priced on.

    Attributes:
        name: of the basis, that of the rate series.
        interest: annual rate.
        mortality, lapse, claim_costs: the latter at a level of one.
        benefit_expiry, improvement: none; the original pricing had no assumption of its own.
    """

    name: str
    interest: float
    mortality: PricingMortality
    lapse: PricingLapse
    claim_costs: PricingClaimCosts
    benefit_expiry: NoExpiry = NoExpiry()
    improvement: NoImprovement = NoImprovement()


def build_basis(name: str, frames: Frames, assumptions: AssumptionSet) -> PricingBasis:
    """A basis from checked tables.

    Args:
        name: a row of the table ``pricing_bases``.
        frames: the tables of original pricing, typed.
        assumptions: current ones; payment options and the shape of the claim costs are theirs.

    Raises:
        InputError: no such basis, or a table it names lacks rows or holds what it may not; by name.
    """

    def place(table: str) -> Locator:
        return lambda row, column: f"basis {name}, table {table}"

    if frames[BASES].empty or name not in set(frames[BASES]["basis"]):
        known = list(frames[BASES]["basis"]) if not frames[BASES].empty else []
        raise InputError.single(
            place(BASES)(None, None), f"no row for basis {name}", one_of(known) if known else "a row"
        )
    row = _row(frames, name)
    needed = [INTEREST, MORTALITY, row["lapse_lifetime_pay"], row["lapse_limited_pay"]]
    needed += [] if row["claim_durations"] == NONE else [row["claim_durations"]]
    missing = [table for table in dict.fromkeys(needed) if frames[table].empty]
    if missing:
        allowed = f"the table that basis {name} names"
        raise InputError([Problem(place(table)(None, None), "no rows", allowed) for table in missing])
    interest = frames[INTEREST].set_index("basis")["original_pricing"]
    problems = []
    if name not in interest:
        problems.append(Problem(place(INTEREST)(None, "basis"), f"no row for basis {name}", "a rate for each basis"))

    def attempted(build: Callable[..., T]) -> T | None:
        try:
            return build(row, frames, assumptions, place)
        except InputError as error:
            problems.extend(error.problems)
            return None

    mortality, lapse, claim_costs = attempted(_mortality), attempted(_lapse), attempted(_claim_costs)
    if problems or mortality is None or lapse is None or claim_costs is None:
        raise InputError(problems)
    return PricingBasis(name, float(interest[name]), mortality, lapse, claim_costs)


def _row(frames: Frames, name: str) -> Mapping[str, Any]:
    frame = frames[BASES]
    return dict(frame[frame["basis"] == name].iloc[0])


def _check_mortality(row: Mapping[str, Any], frames: Frames, place: Callable[[str], Locator]) -> None:
    name = row["mortality_table"]
    ages = frames[MORTALITY].loc[frames[MORTALITY]["mortality_table"] == name, "attained_age"].to_numpy(dtype=int)
    if not len(ages):
        known = list(dict.fromkeys(frames[MORTALITY]["mortality_table"]))
        raise InputError.single(place(BASES)(None, "mortality_table"), shown(name), one_of(known))
    if ages[0] > FIRST_AGE or (np.diff(ages) != 1).any():
        found = f"{name}: attained ages from {ages[0]}" + (", with gaps" if (np.diff(ages) != 1).any() else "")
        allowed = f"every age from {FIRST_AGE} or less on"
        raise InputError.single(place(MORTALITY)(None, "attained_age"), found, allowed)


def _mortality(
    row: Mapping[str, Any], frames: Frames, assumptions: AssumptionSet, place: Callable[[str], Locator]
) -> PricingMortality:
    _check_mortality(row, frames, place)

    def own(table: str) -> pd.DataFrame:
        frame = frames[table]
        return frame if frame.empty else frame[frame["mortality_table"] == row["mortality_table"]]

    multiple = float(row["mortality_multiple"])
    return PricingMortality.of(own(MORTALITY), own(SELECT), multiple, assumptions.settings)


def _lapse(
    row: Mapping[str, Any], frames: Frames, assumptions: AssumptionSet, place: Callable[[str], Locator]
) -> PricingLapse:
    premium = assumptions.premium
    rates = np.zeros((len(premium.options), LAST_AGE + 1, LAST_DURATION))
    problems = []
    for code, option in enumerate(premium.options):
        limited = bool(premium.is_limited(code))
        table = str(row["lapse_limited_pay" if limited else "lapse_lifetime_pay"])
        grid = lapse_grid(frames[table], table, place(table))
        found = option_rates(grid, option, limited, str(row["other_limited_pay"]))
        if found is None:
            allowed = f"a column of table {table} for it: {one_of(list(grid))}; other_limited_pay in table {BASES}"
            problems.append(Problem(place(BASES)(None, None), f"no lapse rates for {option}", allowed))
        else:
            rates[code] = found
    if problems:
        raise InputError(problems)
    return PricingLapse(rates, premium)


def _claim_costs(
    row: Mapping[str, Any], frames: Frames, assumptions: AssumptionSet, place: Callable[[str], Locator]
) -> PricingClaimCosts:
    durations = np.ones((1, LAST_DURATION))
    if row["claim_durations"] == DURATIONS:
        frame = frames[DURATIONS]
        key = "policy_duration"
        durations[0] = dense(
            frame[key], frame["factor"], 1, LAST_DURATION, table=DURATIONS, key=key, locate=place(DURATIONS)
        )
    table = DurationTable(DURATIONS, durations)
    return PricingClaimCosts(assumptions.morbidity, row["claim_costs"] == WITH_FACTORS, table)
