"""Fitting: deviations from Exhibit I-a in units of their tolerance, and the least of their powers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.illustration import published
from xl_ltc.illustration.claim_cost import claim_cost_relativities, claim_costs
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.projection.results import CashFlows
from xl_ltc.tables import InputTable

# Deviation in percent at which a residual counts one: single years, then the five-year groups.
_TOLERANCE = {
    "lives": (0.3, (1.0, 2.0, 5.0, 10.0, 15.0)),
    "earned_premium": (1.0, (5.0, 5.0, 5.0, 5.0, 4.0)),
    "incurred_claims": (1.0, (5.0, 5.0, 4.5, 5.0, 4.5)),
}


def assumptions_with(values: Parameters) -> AssumptionSet:
    """The filing's assumptions with the claim costs of some parameters."""
    tables = bundled_tables()
    tables["claim_cost"] = InputTable(claim_costs(values))
    tables["claim_cost_relativity"] = InputTable(claim_cost_relativities(values))
    return AssumptionSet.from_tables(tables)


def deviations(cash_flows: CashFlows, measure: str) -> np.ndarray:
    """Percent by which a projected measure differs from Exhibit I-a, by its rows."""
    rows = published.projected()
    by_year = dict(zip(cash_flows.years.tolist(), cash_flows.total(measure, "before"), strict=True))
    spans = zip(rows["first_year"], rows["last_year"], strict=True)
    modelled = [sum(by_year[year] for year in range(first, last + 1)) for first, last in spans]
    return np.asarray(100.0 * (np.array(modelled) / rows[measure].to_numpy() - 1.0))


def residuals(cash_flows: CashFlows, measure: str) -> np.ndarray:
    """Deviations in units of their tolerance."""
    return deviations(cash_flows, measure) / tolerances(measure)


def tolerances(measure: str) -> np.ndarray:
    """Percent at which a row of Exhibit I-a counts one: single years, then groups."""
    single, groups = _TOLERANCE[measure]
    return np.concatenate([np.full(len(published.projected()) - len(groups), single), groups])


def fit(
    values: Parameters,
    names: Sequence[str],
    residual: Callable[[Parameters], np.ndarray],
    *,
    most: int,
    power: int = 12,
) -> Parameters:
    """The parameters with the least sum of high powers of residuals, so that the largest count most.

    A simplex search from the given values: the block is made of whole policies, so the sum has no useful derivatives.

    Args:
        values: parameters to start from.
        names: which of them to fit.
        residual: deviations in units of their tolerance for trial parameters.
        most: evaluations at the most.
        power: of the residuals, even; the higher, the more the largest one counts alone.
    """
    start = np.array([values[name] for name in names])

    def at(x: np.ndarray) -> Parameters:
        return values.changed(dict(zip(names, x, strict=True)))

    simplex = np.vstack([start, start + np.diag(np.maximum(np.abs(start) * 0.1, 1e-3))])
    options = {"maxfev": most, "initial_simplex": simplex, "xatol": 1e-6, "fatol": 1e-9}
    found = minimize(lambda x: float(np.sum(residual(at(x)) ** power)), start, method="Nelder-Mead", options=options)
    fitted = at(found.x)
    print(f"  {found.nfev} steps, largest deviation {np.abs(residual(fitted)).max():.2f} tolerances")
    for name in names:
        print(f"  {name}: {values[name]:.6g} -> {fitted[name]:.6g}")
    return fitted
