"""The assumption set: every assumption of a projection, built from checked tables."""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xl_ltc.assumptions import soa
from xl_ltc.assumptions.behaviour import Behaviour
from xl_ltc.assumptions.benefit_expiry import BenefitExpiry
from xl_ltc.assumptions.improvement import Improvement
from xl_ltc.assumptions.interest import PricingInterest, ValuationInterest
from xl_ltc.assumptions.lapse import Lapse
from xl_ltc.assumptions.morbidity import Morbidity
from xl_ltc.assumptions.mortality import Mortality
from xl_ltc.assumptions.premium import PremiumPayment
from xl_ltc.assumptions.specs import LAST_AGE, SPECS
from xl_ltc.assumptions.table_set import TableSet
from xl_ltc.errors import InputError, Problem
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable, file_locator


@dataclass(frozen=True)
class AssumptionSet:
    """Every assumption, ready to look up, beside the tables it was built from."""

    tables: TableSet
    settings: Settings
    mortality: Mortality
    improvement: Improvement
    lapse: Lapse
    benefit_expiry: BenefitExpiry
    morbidity: Morbidity
    premium: PremiumPayment
    valuation_interest: ValuationInterest
    pricing_interest: PricingInterest
    behaviour: Behaviour

    @classmethod
    def from_tables(cls, raw: Mapping[str, InputTable], settings: Settings | None = None) -> AssumptionSet:
        """Check the tables and build every assumption.

        Raises:
            InputError: all problems of all tables.
        """
        settings = settings or Settings()
        tables = TableSet.checked(raw)
        problems: list[Problem] = []

        def build(make: Callable[[], Any]) -> Any:
            try:
                return make()
            except InputError as error:
                problems.extend(error.problems)
                return None

        parts = dict(
            mortality=build(lambda: Mortality.from_tables(tables, settings)),
            improvement=build(lambda: Improvement.from_tables(tables)),
            lapse=build(lambda: Lapse.from_tables(tables, settings)),
            benefit_expiry=build(lambda: BenefitExpiry.from_tables(tables, settings)),
            morbidity=build(lambda: Morbidity.from_tables(tables)),
            premium=build(lambda: PremiumPayment.from_tables(tables)),
            valuation_interest=build(lambda: ValuationInterest.from_tables(tables)),
            pricing_interest=build(lambda: PricingInterest.from_tables(tables)),
            behaviour=build(lambda: Behaviour.from_tables(tables)),
        )
        if problems:
            raise InputError(problems)
        return cls(tables=tables, settings=settings, **parts)

    def vocabulary(self, characteristic: str) -> tuple[str, ...]:
        """The categories of a policy characteristic that the tables know, in code order."""
        return self.tables.categories(characteristic)


def bundled_tables() -> dict[str, InputTable]:
    """The filing's current assumptions as raw tables: SOA tables from ``pymort``, the rest from bundled CSVs."""
    return {spec.name: InputTable(_bundled_frame(spec.name).copy(), file_locator(f"{spec.name}.csv")) for spec in SPECS}


@functools.cache
def _bundled_frame(name: str) -> pd.DataFrame:
    if name == "mortality_base":
        return soa.by_sex(soa.IAM_2012_BASIC, LAST_AGE)
    if name == "improvement_scale":
        return soa.by_sex(soa.SCALE_G2, LAST_AGE, beyond=0.0)
    resource = importlib.resources.files("xl_ltc.assumptions.bundled").joinpath(f"{name}.csv")
    with resource.open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def bundled(settings: Settings | None = None) -> AssumptionSet:
    """The filing's current assumption set with the illustrative claim costs."""
    return AssumptionSet.from_tables(bundled_tables(), settings)
