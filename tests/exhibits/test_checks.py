"""Reconciliation and marginals as tables, from checks made up here."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from xl_ltc.exhibits.checks import reconciliation_page
from xl_ltc.exhibits.marginals import marginals_page, printed_range
from xl_ltc.exhibits.reconciliation.interval import Interval
from xl_ltc.exhibits.table import Cell


@dataclass(frozen=True)
class MadeUp:
    table: str
    row: str
    column: str
    published: object
    computed: object
    tolerance: object = None
    klass: str = "M"
    verdict: str = "equal"
    reason: str = ""


CELLS = {
    ("s02", "0-10%", "All"): ("section_02!band_0.share_all", Cell(0.0042)),
    ("s02", "91-100%", "All"): ("section_02!band_9.share_all", Cell(0.6151)),
    ("s22", "NW200", "insureds"): ("section_22_nationwide!series_0.insureds", Cell(18_177.0)),
}
CHECKS = [
    MadeUp("s02", "0-10%", "All", "<1", 0.42),
    MadeUp("s02", "91-100%", "All", "61", 61.51, 0.5),
    MadeUp("s22", "NW200", "insureds", "18177", 18_177.0, 0.5),
    MadeUp("Ex2", "8", "result", "Pass", "Pass"),
    MadeUp("s21", "x", "All", "5", Interval(4.4, 5.1)),
    MadeUp("s15", "All", "before", "1.61", 1.615, 0.005),
]


def test_reconciliation_links_what_the_exhibits_show() -> None:
    (table,) = reconciliation_page(CHECKS, CELLS).tables
    assert table.cell("1", "computed").formula == "=100*{section_02!band_9.share_all}"
    assert table.cell("2", "computed").formula == "={section_22_nationwide!series_0.insureds}"
    assert table.cell("5", "computed").engine
    assert table.cell("4", "computed").value == "4.4 to 5.1"


def test_reconciliation_says_what_is_within() -> None:
    (table,) = reconciliation_page(CHECKS, CELLS).tables
    assert table.cell("1", "within").value == "no"
    assert table.cell("2", "within").value == "yes"
    assert "within" not in table.row("0").cells
    # Exactly the tolerance apart, whatever the last bit of 1.615 - 1.61 is.
    assert table.cell("5", "within").value == "yes"


def test_marginals_say_what_is_honoured() -> None:
    (table,) = marginals_page(CHECKS, CELLS).tables
    assert [row.cells["honoured"].value for row in table.rows] == ["yes", "no", "yes"]


@pytest.mark.parametrize(
    ("printed", "unit", "percent", "inside", "outside"),
    [
        ("61", 0.01, True, (0.605, 0.615), (0.6049, 0.6151)),
        ("<1", 0.01, True, (0.0001, 0.0099), (0.0, 0.0101)),
        ("0", 0.01, True, (0.0, 0.005), (0.0051,)),
        ("0.44", 0.01, False, (0.435, 0.445), (0.43, 0.45)),
        ("1,862", 1.0, False, (1861.5, 1862.5), (1861.4, 1862.6)),
    ],
)
def test_ranges_of_printed_numbers(
    printed: str, unit: float, percent: bool, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    span = printed_range(printed, unit, percent)
    assert span is not None
    assert all(span[0] <= value <= span[1] for value in inside)
    assert not any(span[0] <= value <= span[1] for value in outside)


def test_words_have_no_range() -> None:
    assert printed_range("Pass", 1.0, False) is None
