"""The published numbers that a model run computes, as the exhibits of that run show them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.reconciliation.allowances import Place
from xl_ltc.exhibits.reconciliation.check import NOT_IN_RUN, Check, compared, missing
from xl_ltc.exhibits.reconciliation.model_numbers import model_numbers
from xl_ltc.exhibits.reconciliation.sections import series_names
from xl_ltc.exhibits.section_21 import AVERAGE_ISSUE_AGE
from xl_ltc.exhibits.table import ALL, NOT_AVAILABLE, Page, Value, published_cells

_PERCENTS = ("s02", "s21")
"""Tables printed as whole percents; the exhibits show fractions."""

_CALIBRATED = "The level of the series' pricing claim costs is calibrated to it"
_REASONS = {
    **{("s16", series, "expected"): _CALIBRATED for series in series_names() if series != ALL},
    ("text", "interest_average", ""): "Weighted by the present value of future premium before the increase",
    ("text", "cbul_average", ""): "Weighted by annualized premium",
    ("text", "rbo_average", ""): "Weighted by annualized premium",
}


def model_checks(run: FilingRun, exhibits: tuple[Page, ...]) -> Iterator[Check]:
    """Classes M and R: what the run's exhibits show for the numbers the filing prints."""
    shown: dict[Place, Value] = {place: cell.value for place, (_, cell) in published_cells(exhibits).items()}
    shown["text", "interest_average", ""] = average_interest(run)
    for place, klass, printed, tolerance in model_numbers():
        computed = _in_printed_unit(place, shown.get(place))
        if computed is None:
            yield missing(place, klass, printed, NOT_IN_RUN, "The run has no such year, series or category")
        else:
            yield compared(place, klass, printed, computed, tolerance, _REASONS.get(place, ""))


def average_interest(run: FilingRun) -> float:
    """The average maximum valuation rate of section 6f, weighted by the present value of future premium.

    The filing gives no weight; by insureds or by premium the average would print as 4.2%, not 4.1%. NaN for a block
    without future premium.
    """
    experience = run.experience
    rates = np.unique(experience.rates)
    weight = [experience.where(valuation_rate=r).values("earned_premium", "before").future for r in rates]
    return float(np.average(rates, weights=weight)) if sum(weight) else float("nan")


def _in_printed_unit(place: Place, value: Value) -> float | str | None:
    """What an exhibit shows, in the unit the filing prints; None where it shows nothing or N/A."""
    if isinstance(value, str) and value != NOT_AVAILABLE:
        return value
    if not isinstance(value, int | float) or not np.isfinite(value):
        return None
    percent = place[0] in _PERCENTS and not place[1].endswith(AVERAGE_ISSUE_AGE)
    return 100.0 * float(value) if percent else float(value)
