"""When policies were sold, and in which series: from year-end lives and the counts in force by series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.illustration.spread import apportion, scores


def in_force_by_issue_year(year_end_lives: np.ndarray, persistency: np.ndarray) -> np.ndarray:
    """Policies in force at the last year end by year of issue.

    New issues of each year are what year-end lives need over the survivors of earlier years' issues.

    Args:
        year_end_lives: lives at the end of each year since the first of sales, shape (years,).
        persistency: share of issues in force after 0, 1, 2 … years, shape (years + 1,).

    Returns:
        Whole numbers by issue year that add up to the last year end's lives.
    """
    years = len(year_end_lives)
    # Issued evenly over the year: at its end half a year old on average.
    at_year_end = np.sqrt(persistency[:-1] * persistency[1:])
    issued = np.zeros(years)
    for y in range(years):
        survivors = sum(issued[i] * at_year_end[y - i] for i in range(y))
        issued[y] = max(year_end_lives[y] - survivors, 0.0) / at_year_end[0]
    in_force = issued * at_year_end[years - 1 :: -1][:years]
    return apportion(in_force, round(float(year_end_lives[-1])))


def average_persistency(
    assumptions: AssumptionSet, issue_ages: np.ndarray, years: int, mortality_ae: float, parameters: Parameters
) -> np.ndarray:
    """Share of issues in force after 0, 1 … ``years`` years for an average mix of policies.

    Args:
        assumptions: mortality and lapse.
        issue_ages: a representative sample of issue ages.
        years: how many.
        mortality_ae: actual to expected deaths of the past (Exhibit A-1b, total, adjusted).
        parameters: shares of women and of partnered insureds.
    """
    sex_shares = {0: 1.0 - parameters["female_share"], 1: parameters["female_share"]}
    partner_shares = {0: 1.0 - parameters["partnered_share"], 1: parameters["partnered_share"]}
    survival = np.ones((years + 1, len(issue_ages)))
    for t in range(1, years + 1):
        annual = np.zeros(len(issue_ages))
        for sex, sex_share in sex_shares.items():
            for partner, partner_share in partner_shares.items():
                q = assumptions.mortality.q(sex, issue_ages + t - 1, partner, 0, t) * mortality_ae
                lapse = assumptions.lapse.rate(partner, t, 0, False, issue_ages)
                annual += sex_share * partner_share * (1.0 - q) * (1.0 - lapse)
        survival[t] = survival[t - 1] * annual
    return survival.mean(axis=1)


def issue_times(by_year: np.ndarray, first_year: int, first_sales: float) -> np.ndarray:
    """Issue times as decimal years, evenly over each year, ascending.

    Args:
        by_year: policies by issue year.
        first_year: the first issue year; first_sales: the share of it that had passed when sales began.
    """
    times = []
    for i, count in enumerate(by_year):
        start = first_sales if i == 0 else 0.0
        times.append(first_year + i + start + (1.0 - start) * (np.arange(count) + 0.5) / max(count, 1))
    return np.concatenate(times)


def series_of(
    times: np.ndarray, series: Sequence[str], counts: Sequence[int], overlap_years: Sequence[float]
) -> np.ndarray:
    """The series of each policy: one succeeded another, with an overlap while jurisdictions approved it.

    Args:
        times: ascending issue times.
        series, counts: series in order of sale and their policies.
        overlap_years: for each succession, how long before and after it both were sold.
    """
    ends = times[np.cumsum(counts)[:-1]]
    overlap = np.interp(times, ends, overlap_years)
    blurred = times + overlap * (2.0 * scores(len(times), "sale_overlap") - 1.0)
    out = np.empty(len(times), dtype=object)
    out[np.argsort(blurred, kind="stable")] = np.repeat(np.array(series, dtype=object), counts)
    return out
