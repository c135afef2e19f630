"""What a kept run holds: its files and their columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from xl_ltc.inforce.schema import INFORCE, YES_NO
from xl_ltc.projection.results import KERNEL_COLUMNS

Kind = Literal["text", "integer", "number"]
Table = Literal["policies", "years", "history"]

POLICIES: Table = "policies"
"""A row a policy: the in-force file's columns, what the increase is, present values at the valuation date."""
YEARS: Table = "years"
"""A row a policy and calendar year in which anything is left: the columns to group by, cash flows."""
HISTORY: Table = "history"
"""A row a series, valuation rate and past calendar year: actual experience."""

POLICY_ID, CALENDAR_YEAR, VALUE_FACTOR = "policy_id", "calendar_year", "value_factor"
AFFECTED = "affected"
NO, YES = YES_NO
CASH_FLOWS = tuple(f"{measure}_{basis}" for measure, basis in KERNEL_COLUMNS)
PRESENT_VALUES = tuple(f"pv_{name}" for name in CASH_FLOWS)
HISTORY_MEASURES = ("earned_premium", "initial_earned_premium", "incurred_claims", "lives")
HISTORY_KEYS = ("series", "valuation_rate")
"""What actual experience is known by."""

_DATES = ("issue_date",)
GROUPABLE: Mapping[str, Kind] = MappingProxyType(
    {
        column.name: "integer" if column.kind == "integer" else "text"
        for column in INFORCE.columns
        if column.kind in ("text", "integer") and column.name not in (POLICY_ID, *_DATES)
    }
    | {"issue_year": "integer", "attained_age": "integer", "valuation_rate": "number", AFFECTED: "text"}
)
"""The columns a recut can group by."""

SUMMED = ("annualized_premium", *(name for name in PRESENT_VALUES if "lives" not in name))
"""What a recut sums of the policies."""

READ: Mapping[Table, Mapping[str, Kind]] = MappingProxyType(
    {
        POLICIES: {POLICY_ID: "text", **GROUPABLE, **dict.fromkeys(SUMMED, "number")},
        YEARS: {POLICY_ID: "text", **GROUPABLE, CALENDAR_YEAR: "integer", **dict.fromkeys(CASH_FLOWS, "number")},
        HISTORY: {
            **{name: GROUPABLE[name] for name in HISTORY_KEYS},
            CALENDAR_YEAR: "integer",
            **dict.fromkeys((*HISTORY_MEASURES, VALUE_FACTOR), "number"),
        },
    }
)
"""The columns of each table that a recut may read."""

BAND_WIDTH = 5
BANDS: Mapping[str, str] = MappingProxyType({f"{name}_band": name for name in ("issue_age", "attained_age")})
"""Bands of ``BAND_WIDTH`` years from a multiple of it on, e.g. 60-64, and the column they are of."""

ELECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "increase": "the increase R, a fraction of premium; 0 where not affected",
        "cbul": "share that elects the contingent benefit upon lapse, C",
        "rbo": "share that elects reduced benefits, B",
        "adverse_selection": "factor on claims, AS",
        "rbo_reduction": "premium and claims given up by reduced benefits, ρ",
    }
)
"""What the increase is of each policy, besides whether it is affected."""

_MEASURES = {
    "earned_premium": "earned premium",
    "initial_earned_premium": "earned premium at the rates before any increase",
    "incurred_claims": "incurred claims",
    "lives": "lives at the end of the year",
}


def meanings() -> dict[str, str]:
    """Every column of the kept files that the in-force file does not have, in words with its unit."""
    flows = {f"{m}_{b}": f"{_MEASURES[m]}, {_unit(m)}, {b} the increase" for m, b in KERNEL_COLUMNS}
    values = {f"pv_{name}": f"present value at the valuation date of {words}" for name, words in flows.items()}
    return {
        "issue_year": "calendar year of issue",
        "attained_age": "issue age and policy years completed at the valuation date, years",
        "valuation_rate": "maximum valuation rate of the issue year, annual effective interest",
        AFFECTED: "Yes where premium is still payable from the anniversary in the effective year on",
        **ELECTIONS,
        **values,
        CALENDAR_YEAR: "calendar year of the cash flows",
        **flows,
        VALUE_FACTOR: "value at the valuation date of 1 in that year at the valuation rate",
    }


def _unit(measure: str) -> str:
    return "insureds" if measure == "lives" else "$"
