"""Exhibit II: what follows from Exhibit I-b and the printed present value of initial premium."""

from __future__ import annotations

from collections.abc import Iterator

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.cash_flows import FUTURE, HISTORY
from xl_ltc.exhibits.exhibit_2 import verdict
from xl_ltc.exhibits.reconciliation.allowances import ROUNDED_SUM
from xl_ltc.exhibits.reconciliation.check import Check, compared
from xl_ltc.exhibits.reconciliation.exhibit_1 import value
from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.settings import Settings

_FROM_UNROUNDED = frozenset({("amount", "4b"), ("result", "6b"), ("result", "7")})
"""Items that were computed from unrounded ones, or cut off instead of rounded."""


def printed_test(settings: Settings) -> Test5885:
    """The 58%/85% test of the printed values; no earlier increase, so initial premium is premium in the history."""
    premium, claims = "earned_premium", "incurred_claims"
    return Test5885.of(
        value("after", premium, HISTORY),
        value("after", premium, HISTORY),
        filing.printed("exhibit_2").cell("amount", "3").number,
        value("after", premium, FUTURE),
        value("after", claims, HISTORY),
        value("after", claims, FUTURE),
        settings,
    )


def exhibit_2_checks(assumptions: AssumptionSet) -> Iterator[Check]:
    """Every number of class E1 in the exhibit."""
    table, test = filing.printed("exhibit_2"), printed_test(assumptions.settings)
    amounts: dict[str, float | str] = {
        "1": test.item_1,
        "2a": test.item_2a,
        "2b": test.item_2b,
        "4a": test.item_4a,
        "4b": test.item_4b,
    }
    results: dict[str, float | str] = {
        "1": test.initial_factor * test.item_1,
        "2b": test.increase_factor * test.item_2b,
        "3": test.initial_factor * test.item_3,
        "4b": test.increase_factor * test.item_4b,
        "5": test.item_5,
        "6a": test.item_6a,
        "6b": test.item_6b,
        "7": test.item_7,
        "8": verdict(test.passed),
    }
    for column, items in (("amount", amounts), ("result", results)):
        for item, computed in items.items():
            tolerance = ROUNDED_SUM if (column, item) in _FROM_UNROUNDED else None
            reason = "Printed from unrounded items, or cut off" if tolerance else ""
            yield compared(("Ex2", item, column), "E1", table.cell(column, item), computed, tolerance, reason)
