"""The illustrative claim-cost basis: a smooth curve by attained age and relativities.

The filing's claim costs are proprietary. The logarithm of the annual cost is a cubic spline through its values at a
few ages, straight below the first and constant above the last; women's cost is a multiple of men's; the other
characteristics are relativities. The levels are fitted to the claims of Exhibit I-a, the relativities start from
Exhibit A-3b.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

from xl_ltc.assumptions.specs import LAST_AGE, RELATIVITY_CHARACTERISTICS
from xl_ltc.illustration.parameters import Parameters


def claim_costs(parameters: Parameters) -> pd.DataFrame:
    """The table ``claim_cost``: annual cost per dollar of daily benefit by attained age and sex."""
    by_age = parameters.group("claim_cost_at_age")
    knots = np.array([float(a) for a in by_age])
    spline = CubicSpline(knots, np.log(list(by_age.values())), bc_type="natural")
    ages = np.arange(LAST_AGE + 1)
    inside = np.clip(ages, knots[0], knots[-1])
    log_cost = spline(inside) + np.where(ages < inside, spline(knots[0], 1), 0.0) * (ages - inside)
    male = np.exp(log_cost)
    return pd.DataFrame({"attained_age": ages, "Male": male, "Female": male * parameters["claim_cost_female"]}).round(6)


def claim_cost_relativities(parameters: Parameters) -> pd.DataFrame:
    """The table ``claim_cost_relativity``."""
    rows = [
        (characteristic, category, value)
        for characteristic in RELATIVITY_CHARACTERISTICS
        for category, value in parameters.group(f"relativity_{characteristic}").items()
    ]
    return pd.DataFrame(rows, columns=["characteristic", "category", "relativity"])
