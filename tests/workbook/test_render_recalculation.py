"""LibreOffice recalculates the filing workbook and comes to the values this package stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.exhibits.made_up import made_up_run
from tests.workbook.recalculate import formulas, recalculated, values
from xl_ltc.exhibits.exhibit_1 import exhibit_1
from xl_ltc.exhibits.reconcile import reconcile
from xl_ltc.workbook.render import write_filing_workbook

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

RELATIVE = 1e-9
DIFFERENCE = re.compile(r"^=([A-Z]+[0-9]+)-([A-Z]+[0-9]+)$")
EPOCH = datetime(1899, 12, 30)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_up_run()
    path = tmp_path_factory.mktemp("book") / "filing.xlsx"
    return write_filing_workbook(run, reconcile(run), {"version": "1.0"}, path)


def test_libreoffice_really_recalculates(tmp_path: Path) -> None:
    path = tmp_path / "wrong.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("S")
        sheet.write_number("A1", 2)
        sheet.write_formula("A2", "=A1*21", None, 41)
    assert values(path)["S"]["A2"] == 41
    assert recalculated(path, tmp_path)["S"]["A2"] == 42


def test_every_formula_comes_to_its_stored_value(workbook: Path, tmp_path: Path) -> None:
    assert_recalculates(workbook, tmp_path)


def test_so_it_does_under_other_settings_and_with_series_nobody_has(tmp_path: Path) -> None:
    run = made_up_run(
        300,
        "300",
        rbo_basis="literal",
        projection_years=37,
        cash_flow_timing=0.0,
        average_increase_weight="count",
        rate_increase_cap=1.5,
        increase_rounding=0.01,
    )
    assert_recalculates(write_filing_workbook(run, [], {}, tmp_path / "filing.xlsx"), tmp_path)


def assert_recalculates(workbook: Path, tmp_path: Path) -> None:
    stored, found = values(workbook), recalculated(workbook, tmp_path)
    wrong = list(differences(formulas(workbook), stored, found))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"


def differences(formulas: dict[str, dict[str, str]], stored: Any, found: Any) -> Iterator[tuple[Any, ...]]:
    for sheet, cells in formulas.items():
        for at, formula in cells.items():
            wanted, got = plain(stored[sheet].get(at)), plain(found[sheet].get(at))
            if isinstance(wanted, float) and isinstance(got, float):
                if abs(wanted - got) <= RELATIVE * size(formula, wanted, stored[sheet]) + 1e-12:
                    continue
            elif wanted == got and wanted is not None and not str(got).startswith("#"):
                continue
            yield sheet, at, formula, wanted, got


def size(formula: str, value: float, cells: dict[str, Any]) -> float:
    """What the error of a formula is relative to: its value, or the terms of a difference, which may cancel."""
    terms = DIFFERENCE.match(formula)
    return max([abs(value), *(abs(float(cells.get(at) or 0.0)) for at in (terms.groups() if terms else ()))])


def plain(value: Any) -> Any:
    """Numbers and dates as float."""
    if isinstance(value, datetime):
        return float((value - EPOCH).days)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def test_a_changed_setting_acts_at_once(workbook: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    sheet = book["Settings"]
    cells = {row[0].value: row[1] for row in sheet.iter_rows()}
    cells["cash_flow_timing"].value = 1.0
    cells["moderately_adverse_margin"].value = 0.0
    cells["rbo_basis"].value = "literal"
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    found = recalculated(changed, tmp_path)

    other = made_up_run(cash_flow_timing=1.0, moderately_adverse_margin=0.0)
    lifetime = exhibit_1(other, "after").tables[1].number("Lifetime", "ratio")
    shown = [v for v in found["Exhibit I-b"].values() if isinstance(v, float)]
    assert any(v == pytest.approx(lifetime, rel=RELATIVE) for v in shown)
    test = other.experience.test_58_85()
    assert any(
        v == pytest.approx(test.item_7, rel=RELATIVE) for v in found["Exhibit II"].values() if isinstance(v, float)
    )
    assert "no, run again" in found["Contents"].values()
