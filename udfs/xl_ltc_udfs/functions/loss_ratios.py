"""Values at the valuation date, loss ratios, the 58%/85% test."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from xl_ltc.settings import Settings
from xl_ltc_udfs import assumption_tables
from xl_ltc_udfs.cells import DIVISION, NUM, CellError, Rows
from xl_ltc_udfs.problems import ArgumentError, ElementError
from xl_ltc_udfs.registry import Argument, Example, worksheet_function
from xl_ltc_udfs.shared_arguments import CALENDAR_YEARS, setting_argument, table_argument

if TYPE_CHECKING:
    from xl_ltc.loss_ratio.regulatory import Test5885

CATEGORY = "Loss ratios and tests"

_RATE = Argument(
    "rate", "Annual effective interest; a range gives a result for each rate", "numbers", minimum=-0.99, maximum=10.0
)
_CASH_FLOW = Argument("cash_flow", "Amounts, a row a year; each further column is a cash flow of its own", "numbers")
_CLAIMS = Argument("claims", "Incurred claims, a row a year; each further column is a block of its own", "numbers")
_PREMIUM = Argument("premium", "Earned premium of the same years and blocks", "numbers")
_YEAR_OF_EACH = Argument("calendar_year", "Calendar year of each row", "numbers", **CALENDAR_YEARS)
_YEAR_OR_NEXT = Argument(
    "calendar_year",
    "Calendar year of each row",
    "numbers",
    default=None,
    default_words="one year after the other if omitted",
    **CALENDAR_YEARS,
)
_VALUATION_YEAR = Argument("valuation_year", "Year whose 31 December is the valuation date", "one", **CALENDAR_YEARS)
_TIMING = setting_argument(
    "cash_flow_timing", "timing", "When in its year a cash flow falls: 0 begin, 0.5 middle, 1 end"
)

_LINES, _VERDICT = "lines", "verdict"


def _in_columns(amounts: np.ndarray) -> np.ndarray:
    """Cash flows in columns; a single row is one cash flow, its years side by side."""
    return amounts.T if amounts.shape[0] == 1 else amounts


def _years(calendar_year: np.ndarray | None, rows: int) -> np.ndarray:
    """The year of each row; when none are given, only their distance matters, and the first is called 0."""
    if calendar_year is None:
        return np.arange(rows, dtype=float)
    if calendar_year.size != rows or min(calendar_year.shape) != 1:
        height, width = calendar_year.shape
        raise ArgumentError("calendar_year", f"a range of {height} × {width} cells", f"a year for each of {rows} rows")
    return calendar_year.reshape(-1)


def _rate_by_column(rate: np.ndarray, columns: int) -> np.ndarray:
    """Rates with a column for each cash flow, shape (results down, cash flows)."""
    if columns > 1 and rate.shape[1] not in (1, columns):
        found = f"a range of {rate.shape[0]} × {rate.shape[1]} cells"
        raise ArgumentError("rate", found, f"one column, or a rate for each of {columns} columns")
    return rate if rate.shape[1] >= columns else np.broadcast_to(rate, (rate.shape[0], columns))


def _same_shape(claims: np.ndarray, premium: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if claims.shape != premium.shape:
        found = f"a range of {premium.shape[0]} × {premium.shape[1]} cells"
        raise ArgumentError("premium", found, f"the shape of claims, {claims.shape[0]} × {claims.shape[1]}")
    return _in_columns(claims), _in_columns(premium)


def _value_of(
    cash_flow: np.ndarray, calendar_year: np.ndarray, rate: np.ndarray, valuation_year: float, timing: float, past: bool
) -> np.ndarray:
    from xl_ltc.loss_ratio.values import value

    flows = _in_columns(cash_flow)
    years = _years(calendar_year, len(flows))
    counted = (years <= valuation_year) == past
    rates = _rate_by_column(rate, flows.shape[1])
    return np.array(
        [
            [
                value(flows[counted, min(j, flows.shape[1] - 1)], years[counted], i, int(valuation_year), timing)
                for j, i in enumerate(row)
            ]
            for row in rates
        ]
    )


@worksheet_function(
    "LTC_AV",
    CATEGORY,
    returns="The value, in the unit of the amounts; one for each rate and cash flow.",
    source="Section 15, Exhibit I: accumulated value",
    arguments=(_CASH_FLOW, _YEAR_OF_EACH, _RATE, _VALUATION_YEAR, _TIMING),
    example=Example(
        ([[1000.0], [1100.0], [1200.0]], [[2014], [2015], [2016]], 0.04, 2016),
        "Three years of premium up to the valuation date at 4%: 1000·1.04^2.5 + 1100·1.04^1.5 + 1200·1.04^0.5",
    ),
    elementwise=False,
)
def accumulated_value(
    cash_flow: np.ndarray, calendar_year: np.ndarray, rate: np.ndarray, valuation_year: float, timing: float
) -> np.ndarray:
    """Accumulated value at the valuation date of the cash flows up to it; later years are left out."""
    return _value_of(cash_flow, calendar_year, rate, valuation_year, timing, past=True)


@worksheet_function(
    "LTC_PV",
    CATEGORY,
    returns="The value, in the unit of the amounts; one for each rate and cash flow.",
    source="Section 15, Exhibit I: present value",
    arguments=(_CASH_FLOW, _YEAR_OF_EACH, _RATE, _VALUATION_YEAR, _TIMING),
    example=Example(
        ([[1000.0], [900.0], [800.0]], [[2017], [2018], [2019]], 0.04, 2016),
        "Three years after the valuation date at 4%: 1000/1.04^0.5 + 900/1.04^1.5 + 800/1.04^2.5",
    ),
    elementwise=False,
)
def present_value(
    cash_flow: np.ndarray, calendar_year: np.ndarray, rate: np.ndarray, valuation_year: float, timing: float
) -> np.ndarray:
    """Present value at the valuation date of the cash flows after it; earlier years are left out."""
    return _value_of(cash_flow, calendar_year, rate, valuation_year, timing, past=False)


def _cumulative(
    claims: np.ndarray, premium: np.ndarray, rate: np.ndarray, calendar_year: np.ndarray | None
) -> np.ndarray:
    """Cumulative loss ratios, shape (rates down, blocks, years)."""
    from xl_ltc.loss_ratio.values import cumulative_loss_ratio, value_factor

    claims, premium = _same_shape(claims, premium)
    years = _years(calendar_year, len(claims))
    rates = _rate_by_column(rate, claims.shape[1])
    # With one rate a block, the valuation date and the timing cancel from the ratio; any year will do.
    factor = value_factor(years, rates[:, :, None], int(years[0]))
    return cumulative_loss_ratio(premium.T * factor, claims.T * factor)


def _ratios(values: np.ndarray) -> Rows:
    """Ratios as cells; one to no premium is a division by zero."""
    nothing = CellError(DIVISION, "the premium is zero")
    return [[nothing if cell != cell else cell for cell in row] for row in values.tolist()]


@worksheet_function(
    "LTC_LLR",
    CATEGORY,
    returns="The ratio, 1.61 for 161%; one for each rate and block. #DIV/0! without premium.",
    source="Section 15: lifetime loss ratio",
    arguments=(_CLAIMS, _PREMIUM, _RATE, _YEAR_OR_NEXT),
    example=Example(
        ([[200.0], [700.0], [1500.0]], [[1000.0], [900.0], [800.0]], 0.045),
        "Three years at 4.5%: (200·v + 700·v^2 + 1500·v^3) / (1000·v + 900·v^2 + 800·v^3)",
    ),
    elementwise=False,
)
def lifetime_loss_ratio(
    claims: np.ndarray, premium: np.ndarray, rate: np.ndarray, calendar_year: np.ndarray | None
) -> Rows:
    """Lifetime loss ratio: the value of all claims over the value of all premium, at one date and one rate."""
    return _ratios(_cumulative(claims, premium, rate, calendar_year)[:, :, -1])


@worksheet_function(
    "LTC_CUMULATIVE_LR",
    CATEGORY,
    returns="A ratio for each year and block, beside the amounts; the last is the lifetime loss ratio.",
    source="Exhibit I, column E",
    arguments=(
        _CLAIMS,
        _PREMIUM,
        Argument(
            "rate", "Annual effective interest; one, or one for each column", "numbers", minimum=-0.99, maximum=10
        ),
        _YEAR_OR_NEXT,
    ),
    example=Example(
        ([[200.0], [700.0], [1500.0]], [[1000.0], [900.0], [800.0]], 0.045),
        "After each of three years at 4.5%: claims so far over premium so far, both with interest",
    ),
    elementwise=False,
    spills=True,
)
def cumulative_loss_ratio_by_year(
    claims: np.ndarray, premium: np.ndarray, rate: np.ndarray, calendar_year: np.ndarray | None
) -> Rows:
    """Cumulative loss ratio with interest after each year."""
    columns = _in_columns(claims).shape[1]
    if rate.shape[0] > 1 or rate.shape[1] not in (1, columns):
        found = f"a range of {rate.shape[0]} × {rate.shape[1]} cells"
        raise ArgumentError("rate", found, f"one cell, or a row with a rate for each of {columns} columns")
    by_block = _cumulative(claims, premium, rate, calendar_year)[0]
    return _ratios(by_block if claims.shape[0] == 1 else by_block.T)


def _test(
    accumulated_initial: float,
    accumulated_premium: float,
    present_initial: float,
    present_premium: float,
    accumulated_claims: float,
    present_claims: float,
    *choices: float,
) -> Test5885:
    """The test with a margin, initial factor and increase factor of its own."""
    from xl_ltc.loss_ratio.regulatory import Test5885

    return Test5885.of(
        accumulated_initial,
        accumulated_premium,
        present_initial,
        present_premium,
        accumulated_claims,
        present_claims,
        _settings(*choices),
    )


@functools.lru_cache(maxsize=64)
def _settings(margin: float, initial_factor: float, increase_factor: float) -> Settings:
    return dataclasses.replace(
        Settings(),
        moderately_adverse_margin=margin,
        initial_premium_factor=initial_factor,
        increase_premium_factor=increase_factor,
    )


@worksheet_function(
    "LTC_TEST5885",
    CATEGORY,
    returns="The lines of Exhibit II below a header row, in the unit of the amounts; or Pass or Fail.",
    source="Section 15, Exhibit II: 58%/85% test",
    arguments=(
        Argument("accumulated_initial_premium", "Item 1: accumulated value of premium without any increase"),
        Argument("accumulated_premium", "Item 2a: accumulated value of premium with earlier increases"),
        Argument("present_initial_premium", "Item 3: present value of future premium without any increase"),
        Argument("present_premium", "Item 4a: present value of future premium with the increase"),
        Argument("accumulated_claims", "Item 6a: accumulated value of incurred claims"),
        Argument("present_claims", "Present value of future claims, without the margin of item 6b"),
        setting_argument(
            "moderately_adverse_margin",
            "margin",
            "Added to future claims for moderately adverse conditions, as a fraction of them",
            "each",
        ),
        setting_argument("initial_premium_factor", "initial_factor", "Factor on initial premium", "each"),
        setting_argument("increase_premium_factor", "increase_factor", "Factor on premium above the initial", "each"),
        Argument(
            "output",
            "lines: every line of Exhibit II, for one test; verdict: Pass or Fail alone, for each test",
            "one",
            "text",
            _LINES,
            allowed=(_LINES, _VERDICT),
        ),
    ),
    example=Example(
        (1000.0, 1000.0, 600.0, 900.0, 300.0, 1000.0),
        "Item 5: 58%·(1000 + 600) + 85%·(900 - 600) = 1183. Item 7: 300 + 1000·1.15 = 1450, which is not less: Pass",
    ),
    spills=True,
)
def rate_stability_test(
    accumulated_initial_premium: np.ndarray,
    accumulated_premium: np.ndarray,
    present_initial_premium: np.ndarray,
    present_premium: np.ndarray,
    accumulated_claims: np.ndarray,
    present_claims: np.ndarray,
    margin: np.ndarray,
    initial_factor: np.ndarray,
    increase_factor: np.ndarray,
    output: str,
) -> Rows | np.ndarray:
    """The 58%/85% test: claims with a margin are not to be less than initial premium and increases times factors."""
    from xl_ltc.exhibits.exhibit_2 import DESCRIPTIONS, items, linked, verdict

    columns = (
        accumulated_initial_premium,
        accumulated_premium,
        present_initial_premium,
        present_premium,
        accumulated_claims,
        present_claims,
        margin,
        initial_factor,
        increase_factor,
    )
    tests = [_test(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]
    if output == _VERDICT:
        return np.array([verdict(test.passed) for test in tests])
    shown = ("amount", "factor", "result")
    return [
        ["item", "description", *shown],
        *(
            [item, DESCRIPTIONS[item], *(cells[name].value if name in cells else "" for name in shown)]
            for item, cells in items(tests[0], linked(tests[0])).items()
        ),
    ]


@worksheet_function(
    "LTC_MAXVALRATE",
    CATEGORY,
    returns="Annual effective rate, 0.045 for 4.5%, with the shape of the issue years.",
    source="Section 6f: maximum valuation interest rate; table valuation_interest",
    arguments=(
        Argument("issue_year", "Calendar year of issue", **CALENDAR_YEARS),
        table_argument("valuation_interest"),
    ),
    example=Example(([[2005], [2006], [2013]],), "4.5% until 2005, 4.0% from 2006, 3.5% from 2013"),
)
def maximum_valuation_rate(issue_year: np.ndarray, valuation_interest: Rows | None) -> np.ndarray:
    """The maximum valuation interest rate of an issue year, at which the cash flows of its policies are valued."""
    interest = assumption_tables.part("valuation_interest", {"valuation_interest": valuation_interest})
    first = int(interest.issue_year_from[0])
    early = issue_year < first
    if early.any():
        raise ElementError(
            early, NUM, lambda i: f"found {issue_year[i]:.15g}; allowed: issue years from {first}", "issue_year"
        )
    return np.asarray(interest.rate(issue_year))


@worksheet_function(
    "LTC_AE",
    CATEGORY,
    returns="The ratio, 1.06 for 106%, with the shape of the ranges. #DIV/0! where nothing was expected.",
    source="Exhibits A-1b and A-3b, columns F and G; Exhibit I, column C",
    arguments=(
        Argument("actual", "What happened: claims, deaths, a probability"),
        Argument("expected", "What was expected, in the same unit"),
    ),
    example=Example(
        ([[144886364.0], [62282938.0]], [[136496321.0], [64361822.0]]),
        "Claims of the 200 and 300 Series against adjusted Guidelines (Exhibit A-3b): 1.06 and 0.97",
    ),
)
def actual_to_expected(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Actual over expected: of claims, of deaths or of probabilities; claims over premium is a year's loss ratio."""
    from xl_ltc.experience import probability

    nothing = expected == 0.0
    if nothing.any():
        raise ElementError(nothing, DIVISION, lambda i: "nothing was expected", "expected")
    return probability.actual_to_expected(actual, expected)
