"""What pricing expected: policies sold, projected from issue on the bases they were priced on (section 16).

The pricing claim costs are not printed. One level a series makes its expected lifetime loss ratio the printed one; as
claims are proportional to it, it is a quotient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS, EXPECTED
from xl_ltc.errors import InputError
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.pricing.sets import ORIGINAL, AssumptionSets, Mix
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.project import project_since_issue


@dataclass(frozen=True)
class Expected:
    """Experience as priced, by series in code order; dollars at the valuation date at each series' pricing interest.

    Attributes:
        premium: lifetime premium; claims: lifetime claims at a level of one. Shape (series,).
        target: expected lifetime loss ratio as given; NaN where it is not.
        dividend_margin: the part of it that is a margin for dividends, as a share of premium.
        level: of the pricing claim costs; given: whether it was, or was calibrated to the target.
    """

    premium: np.ndarray
    claims: np.ndarray
    target: np.ndarray
    dividend_margin: np.ndarray
    level: np.ndarray
    given: np.ndarray

    @property
    def with_margin(self) -> np.ndarray:
        """Lifetime claims and dividend margin, dollars, shape (series,)."""
        return self.claims * self.level + self.dividend_margin * self.premium

    @property
    def loss_ratio(self) -> np.ndarray:
        """Expected lifetime loss ratio of each series; NaN of one without sales."""
        return np.divide(self.with_margin, self.premium, out=np.full(len(self.premium), np.nan), where=self.premium > 0)

    @property
    def loss_ratio_of_all(self) -> float:
        """Expected lifetime loss ratio of all series together; NaN without any sales."""
        premium = float(self.premium.sum())
        # A series without sales has no level, and neither premium nor claims.
        return float(np.nansum(self.with_margin)) / premium if premium else float("nan")


def expected_experience(sold: Sold, sets: AssumptionSets) -> tuple[Expected, AssumptionSets]:
    """Project the policies sold from issue, and find the level of each series' pricing claim costs.

    Args:
        sold: the policies; sets: with the tables of original pricing.

    Returns:
        What was expected, and the sets with the levels.

    Raises:
        InputError: a series with neither an expected loss ratio nor a claim level, or whose level would be negative;
            a table of original pricing without rows.
    """
    mix = Mix(ORIGINAL, tuple(dict.fromkeys(ASSUMPTIONS, series) for series in sets.series))
    at_one = sets.with_levels(dict.fromkeys(sets.series, 1.0))
    cash_flows = project_since_issue(sold.block, at_one.projection(mix), sold.count)
    experience = Experience(cash_flows, sets.assumptions.settings, sets.rates(mix, cash_flows.groups))
    codes = [sets.series.index(series) for series in cash_flows.groups["series"]]
    premium, claims = (
        np.bincount(codes, experience.valued_by_group(measure, "before"), len(sets.series))
        for measure in ("earned_premium", "incurred_claims")
    )
    found = _levelled(premium, claims, sets)
    levels = {s: float(level) for s, level in zip(sets.series, found.level, strict=True) if np.isfinite(level)}
    return found, sets.with_levels(given_levels(sets) | levels)


def _rows(sets: AssumptionSets) -> pd.DataFrame:
    return sets.frames[EXPECTED].set_index("basis") if len(sets.frames[EXPECTED]) else pd.DataFrame()


def given_levels(sets: AssumptionSets) -> dict[str, float]:
    """Levels of the pricing claim costs by basis, where they are given."""
    rows = _rows(sets)
    return {} if rows.empty else {str(k): float(v) for k, v in rows["claim_level"].dropna().items()}


def _levelled(premium: np.ndarray, claims: np.ndarray, sets: AssumptionSets) -> Expected:
    rows = _rows(sets)
    missing = [s for s in sets.series if s not in rows.index]
    if missing:
        found = f"no row for basis {', '.join(missing)}"
        raise InputError.single(f"table {EXPECTED}", found, "a row for each rate series")
    rows = rows.loc[list(sets.series)]
    target, margin, given = (
        rows[name].to_numpy(dtype=float) for name in ("expected_lifetime_loss_ratio", "dividend_margin", "claim_level")
    )
    neither = [s for s, t, g in zip(sets.series, target, given, strict=True) if np.isnan(t) and np.isnan(g)]
    if neither:
        found = f"neither an expected lifetime loss ratio nor a claim level of basis {', '.join(neither)}"
        raise InputError.single(f"table {EXPECTED}", found, "one of the two")
    calibrated = np.divide((target - margin) * premium, claims, out=np.full(len(claims), np.nan), where=claims > 0)
    level = np.where(np.isnan(given), calibrated, given)
    if (level < 0.0).any():
        bad = int(np.flatnonzero(level < 0.0)[0])
        found = f"basis {sets.series[bad]}: dividend margin {margin[bad]:.2%}, expected loss ratio {target[bad]:.2%}"
        raise InputError.single(f"table {EXPECTED}", found, "a dividend margin below the expected loss ratio")
    return Expected(premium, claims, target, margin, level, ~np.isnan(given))
