"""Exhibit II: the 58%/85% test of the increase, every line live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xl_ltc.exhibits.cash_flows import FUTURE, HISTORY, valued_name
from xl_ltc.exhibits.exhibit_1 import table_name
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.notes import increase_note, valuation_notes
from xl_ltc.exhibits.table import Cell, Column, Page, Row, Table, live, text
from xl_ltc.loss_ratio.regulatory import Test5885

PASS, FAIL = "Pass", "Fail"

DESCRIPTIONS = {
    "1": "Accumulated value of initial earned premium",
    "2a": "Accumulated value of earned premium",
    "2b": "Accumulated value of prior premium rate schedule increases (2a - 1)",
    "3": "Present value of future projected initial earned premium",
    "4a": "Present value of future projected premium",
    "4b": "Present value of future projected premium in excess of the projected initial earned premiums (4a - 3)",
    "5": "Lifetime Earned Premium Times Prescribed Factor: Sum of 1, 2b, 3, and 4b",
    "6a": "Accumulated value of incurred claims without the inclusion of active life reserves",
    "6b": "Present value of future projected incurred claims without the inclusion of active life reserves",
    "7": "Lifetime Incurred Claims with Rate Increase: Sum 6a and 6b",
    "8": "Test: 7 is not less than 5",
}
TOTALS = ("5", "7", "8")
"""The items that stand out."""
_TITLE = {
    True: "Demonstration that the Requested Rate Increase Passes the 58%/85% Loss Ratio Minimum",
    False: "Test of the Requested Rate Increase against the 58%/85% Loss Ratio Minimum",
}
"""By whether the test was passed: no exhibit says that an increase passes where it fails."""
_INITIAL, _INCREASE = "initial_premium_factor", "increase_premium_factor"


def verdict(passed: bool) -> str:
    """``Pass`` or ``Fail``."""
    return PASS if passed else FAIL


def exhibit_2(run: FilingRun) -> Page:
    """The test for all rate series combined."""
    test = run.experience.test_58_85()
    settings = run.assumptions.settings
    rows = tuple(
        Row(
            item,
            {"item": text(item), "description": text(DESCRIPTIONS[item]), **cells},
            "total" if item in TOTALS else "body",
        )
        for item, cells in items(test, linked(test)).items()
    )
    columns = (
        Column("item", "", width=5),
        Column("description", "", width=86),
        Column("amount", "Amount", "money", width=15),
        Column("times", "", "sign", width=3),
        Column("factor", "Factor", "ratio", width=8),
        Column("equals", "", "sign", width=3),
        Column("result", "Result", "money", width=16),
    )
    margin = f"{round(100 * settings.moderately_adverse_margin, 2):.15g}"
    notes = (
        text(
            "Items 2a, 4a, and 6a are consistent with the accumulated and present values shown in Exhibit I-b. Amounts "
            "in dollars."
        ),
        *valuation_notes(run),
        text("Item 3 reflects the impact of CBUL and RBO to align persistency with that in Item 4a."),
        live(
            '="Item 6b is "&ROUND(100*moderately_adverse_margin,2)&"% higher than incurred claims shown in '
            'Exhibit I-b to reflect moderately adverse conditions."',
            f"Item 6b is {margin}% higher than incurred claims shown in Exhibit I-b to reflect moderately adverse "
            "conditions.",
        ),
        increase_note(settings),
    )
    published = {
        ("Ex2", row.key, column): (row.key, column)
        for row in rows
        for column in ("amount", "factor", "result")
        if column in row.cells
    }
    return Page(
        "Exhibit II",
        "The 58%/85% test: are claims after the increase, with a margin, at least the premium times its factors?",
        (
            "Exhibit II",
            _TITLE[test.passed],
            "All Rate Series Combined Nationwide Experience",
        ),
        (Table("exhibit_2", columns, rows, published=published),),
        notes,
        landscape=True,
    )


@dataclass(frozen=True)
class Given:
    """The cells that the lines of the test stand on.

    Attributes:
        amounts: of items 1, 2a, 3, 4a and 6a, by item.
        item_6b: its cells by column, one of which is ``result``.
        by_initial, by_increase: the test's factors.
    """

    amounts: Mapping[str, Cell]
    item_6b: Mapping[str, Cell]
    by_initial: Cell
    by_increase: Cell


def linked(test: Test5885) -> Given:
    """Links within the filing workbook: to Exhibit I-b, the cash flows and the settings."""
    values = f"{table_name('after')}_values"
    initial = valued_name("initial_earned_premium", "after")
    amounts = {
        "1": live(f'=SUMIFS({initial},cf_period,"{HISTORY}")', test.item_1),
        "2a": live(f"={{{values}!{HISTORY}.premium}}", test.item_2a),
        "3": live(f'=SUMIFS({initial},cf_period,"{FUTURE}")', test.item_3),
        "4a": live(f"={{{values}!{FUTURE}.premium}}", test.item_4a),
        "6a": live(f"={{{values}!{HISTORY}.claims}}", test.item_6a),
    }
    with_margin = live(f"={{{values}!{FUTURE}.claims}}*(1+moderately_adverse_margin)", test.item_6b)
    by_initial, by_increase = live(f"={_INITIAL}", test.initial_factor), live(f"={_INCREASE}", test.increase_factor)
    return Given(amounts, {"result": with_margin}, by_initial, by_increase)


def items(test: Test5885, given: Given) -> dict[str, dict[str, Cell]]:
    """The lines of the test: by item, its ``amount``, ``factor`` and ``result`` where it has them; rows are items."""
    amounts = given.amounts
    return {
        "1": product(amounts["1"], given.by_initial),
        "2a": {"amount": amounts["2a"]},
        "2b": product(live("={2a.amount}-{1.amount}", test.item_2b), given.by_increase),
        "3": product(amounts["3"], given.by_initial),
        "4a": {"amount": amounts["4a"]},
        "4b": product(live("={4a.amount}-{3.amount}", test.item_4b), given.by_increase),
        "5": {"result": live("={1.result}+{2b.result}+{3.result}+{4b.result}", test.item_5)},
        "6a": {"result": amounts["6a"]},
        "6b": dict(given.item_6b),
        "7": {"result": live("={6a.result}+{6b.result}", test.item_7)},
        "8": {"result": live(f'=IF({{7.result}}>={{5.result}},"{PASS}","{FAIL}")', verdict(test.passed))},
    }


def product(amount: Cell, factor: Cell) -> dict[str, Cell]:
    """An amount times a factor, live: the cells of a line."""
    value = float(amount.value) * float(factor.value)  # type: ignore[arg-type]
    return {
        "amount": amount,
        "times": text("x"),
        "factor": factor,
        "equals": text("="),
        "result": live("={amount}*{factor}", value),
    }
