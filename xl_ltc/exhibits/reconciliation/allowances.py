"""How far a computed number may be from the published one, and the numbers known not to follow."""

from __future__ import annotations

Place = tuple[str, str, str]
"""Table, row and column of a published number, as in the list of published values."""

ROUNDED_SUM = 1.0
"""A printed total of rounded numbers may be one off their sum; so may an item of Exhibit II, which was computed
from unrounded items (4b) or cut off (6b, 7)."""

HISTORY_VALUES = 1e-6
"""Relative; accumulated values of the history, on the fitted valuation-rate mix of four decimals."""
FUTURE_VALUES_BEFORE = 5e-5
"""Relative; present values before the increase. The mix fits them; what remains is how five-year groups are spread
over their years."""
FUTURE_VALUES_AFTER = 5e-4
"""Relative; present values after the increase, whose mix is derived from section 2's averages rather than fitted."""

CALLED_APPROXIMATE = 0.01
"""Absolute; section 6e gives elections as approximate averages and no weight: a point either way."""

MODEL_LIVES = 0.003
MODEL_CASH = 0.01
MODEL_LIVES_IN_GROUP = {"2052-2056": 0.01, "2057-2061": 0.02, "2062-2066": 0.05, "2067-2071": 0.10, "2072-2076": 0.15}
MODEL_CASH_IN_GROUP = 0.05
MODEL_VALUES = 0.01
MODEL_HISTORY_VALUES = 1e-4
"""Relative tolerances of a model run: year-end lives, premium and claims of a year or of five years, present values
and accumulated values."""
MODEL_FUTURE_RATIO = 2 * MODEL_VALUES
"""Relative; premium and claims may each be off by ``MODEL_VALUES``."""

_SMALL_INCREASES = (
    "Some policies need less than the 15% cap (section 2: minimum 0% in the 500 and 4% in the 511 Series), so the "
    "average is a dollar or two below 1.15 times the premium before"
)
KNOWN_EXCEPTIONS: dict[Place, str] = {
    ("s19", "500", "after"): _SMALL_INCREASES,
    ("s19", "511", "after"): _SMALL_INCREASES,
    ("s22", "NWTotal", "annualized_premium"): "The printed total is 20,000 more than the printed series add up to",
}
"""Published numbers that do not follow from the others, each with the reason."""
