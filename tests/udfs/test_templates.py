"""The workbooks to start from: what is committed is what the code builds, and LibreOffice comes to what is stored."""

from __future__ import annotations

import math
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from tests.workbook.recalculate import formulas, recalculated, values
from tests.workbook.test_render_recalculation import differences
from xl_ltc import cli
from xl_ltc.control import StudyControl
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.workbook import study_layout
from xl_ltc.workbook.actions.study_inputs import read_study
from xl_ltc.workbook.layout import OUTPUT_SHEETS, SHEETS
from xl_ltc_udfs.templates.build import FILES, build

COMMITTED = Path(__file__).parents[2] / "workbooks"
NAMES = [name for names in FILES.values() for name in names]
RELATIVE = {"ltc_experience_study": 1e-6}
"""How far numbers may be from those committed, by workbook, otherwise 1e-9: the smallest penalties leave the fit of a
level without events nearly undetermined, so that the last bits of another processor grow."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbooks")
    assert [path.name for path in build(folder)] == NAMES
    return folder


def same(committed: bytes, fresh: bytes, relative: float) -> bool:
    """Whether two parts are the same but for the last bits of numbers, which another processor may compute."""
    if committed == fresh:
        return True
    one, other = (list(etree.fromstring(part).iter()) for part in (committed, fresh))
    return len(one) == len(other) and all(
        a.tag == b.tag and a.attrib == b.attrib and close(a.text, b.text, relative)
        for a, b in zip(one, other, strict=True)
    )


def close(one: str | None, other: str | None, relative: float) -> bool:
    if one == other:
        return True
    try:
        return math.isclose(float(one or ""), float(other or ""), rel_tol=relative, abs_tol=1e-12)
    except ValueError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_committed_workbook_is_what_is_built(name: str, built: Path) -> None:
    with zipfile.ZipFile(COMMITTED / name) as committed, zipfile.ZipFile(built / name) as fresh:
        assert committed.namelist() == fresh.namelist()
        for part in fresh.namelist():
            again = "python -m xl_ltc_udfs.templates workbooks"
            assert same(committed.read(part), fresh.read(part), RELATIVE.get(Path(name).stem, 1e-9)), (
                f"{part}: run {again}"
            )


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("name", NAMES)
def test_every_formula_comes_to_its_stored_value_and_no_cell_shows_an_error(name: str, tmp_path: Path) -> None:
    stored, found = values(COMMITTED / name), recalculated(COMMITTED / name, tmp_path)
    wrong = list(differences(formulas(COMMITTED / name), stored, found))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"
    errors = [(s, at, v) for s, cells in found.items() for at, v in cells.items() if str(v).startswith("#")]
    assert not errors


def test_the_blank_workbook_has_every_sheet_and_no_illustration() -> None:
    book = openpyxl.load_workbook(COMMITTED / "ltc_blank_filing.xlsx")
    assert book.sheetnames[:2] == ["Instructions", "Control"]
    assert set(SHEETS) | {"Instructions", "In force"} == set(book.sheetnames)
    costs = book["Claim cost"]
    area = costs[costs.tables["claim_cost"].ref][1:]
    assert len(area) == 121 and all(cell.value is None for row in area for cell in row[1:])
    for name in ("history", "inforce", "experience_mortality", "pricing_interest"):
        sheet = next(s for s in book if name in s.tables)
        _, row = sheet[sheet.tables[name].ref]
        assert all(cell.value is None for cell in row), name


def test_new_writes_a_workbook_and_overwrites_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.xlsm"
    assert cli.main(["new", str(mine), "--kind", "blank"]) == 0
    assert openpyxl.load_workbook(mine, keep_vba=True).vba_archive is not None
    before = mine.read_bytes()
    assert cli.main(["new", str(mine), "--kind", "blank"]) == 2
    assert "which is there already" in capsys.readouterr().err
    assert mine.read_bytes() == before
    for name, kind in (("a.pdf", "blank"), ("a.xlsm", "audit")):
        assert cli.main(["new", str(tmp_path / name), "--kind", kind]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["mine.xlsm"]


def test_a_new_study_has_not_been_run_and_needs_no_package_of_a_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "glum", None)
    mine = tmp_path / "mine.xlsm"
    assert cli.main(["new", str(mine), "--kind", "study"]) == 0
    book = openpyxl.load_workbook(mine, keep_vba=True)
    assert tuple(book.sheetnames) == study_layout.SHEETS and book.vba_archive is not None
    for name in study_layout.OUTPUT_SHEETS:
        said = [str(cell.value) for row in book[name].iter_rows(max_row=3) for cell in row if cell.value]
        assert any("Filled by" in words or "No run yet" in words for words in said), name
    asked = read_study(mine)
    assert (asked.basis, asked.control) == (StudyBasis(), StudyControl())


def test_every_output_sheet_says_what_fills_it() -> None:
    book = openpyxl.load_workbook(COMMITTED / "ltc_blank_filing.xlsx")
    for name in OUTPUT_SHEETS[1:]:
        said = [cell.value for row in book[name].iter_rows(max_row=3) for cell in row if cell.value]
        assert any(
            "Filled by" in str(words) or "No run yet" in str(words) or words == "The last run" for words in said
        ), name
