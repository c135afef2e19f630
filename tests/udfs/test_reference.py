"""The function reference: what is committed is what the registry gives, and its formulas give what is stored."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from xl_ltc import cli
from xl_ltc_udfs.reference import build as building
from xl_ltc_udfs.reference.markdown import reference_markdown
from xl_ltc_udfs.reference.words import literal
from xl_ltc_udfs.registry import functions

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    building.build(folder)
    return folder


@pytest.mark.parametrize("name", building.WORKBOOKS)
def test_the_committed_workbook_is_what_is_built(name: str, built: Path) -> None:
    with zipfile.ZipFile(REPOSITORY / name) as committed, zipfile.ZipFile(built / name) as fresh:
        assert committed.namelist() == fresh.namelist()
        for part in fresh.namelist():
            assert committed.read(part) == fresh.read(part), f"{part}: run python -m xl_ltc_udfs.reference ."


def test_the_committed_markdown_is_what_is_built(built: Path) -> None:
    fresh = (built / building.MARKDOWN).read_text(encoding="utf-8")
    assert (REPOSITORY / building.MARKDOWN).read_text(encoding="utf-8") == fresh


def test_the_markdown_names_every_argument() -> None:
    text = reference_markdown()
    for function in functions().values():
        assert f"### {function.name}\n" in text
        for argument in function.arguments:
            assert f"| `{argument.name}` | {argument.help}".replace("|", "") in text.replace("|", "")


@pytest.mark.parametrize(
    ("name", "prefix"), [(n, "_xldudf_" if f == "web" else "") for n, f in building.WORKBOOKS.items()]
)
def test_every_function_has_a_sheet_with_its_live_formula(name: str, prefix: str, built: Path) -> None:
    book = openpyxl.load_workbook(built / name)
    assert book.sheetnames == ["Functions", *functions()]
    for function in functions():
        formulas = [
            cell.value.text if hasattr(cell.value, "text") else cell.value
            for row in book[function].iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]
        assert any(str(formula).startswith(f"={prefix}{function}(") for formula in formulas)


def test_literals_are_as_a_spreadsheet_reads_them() -> None:
    assert literal([[1.0, 'a"b'], [True, None]]) == '{1,"a""b";TRUE,}'
    assert literal(0.1) == "0.1"


def test_the_command_shows_one_function_and_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["functions", "ltc_llr"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("LTC_LLR(claims, premium, rate, [calendar_year])")
    assert "0.8649191093" in text
    assert cli.main(["functions"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in functions())
    assert cli.main(["functions", "LTC_NOTHING"]) == 2
    assert "one of LTC_AV" in capsys.readouterr().err


def test_the_command_writes_the_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["functions", "--workbook", str(tmp_path / "f.xlsx")]) == 0
    assert openpyxl.load_workbook(tmp_path / "f.xlsx").sheetnames[0] == "Functions"
    assert cli.main(["functions", "--workbook", str(tmp_path / "f.pdf")]) == 2
    assert cli.main(["functions", "--workbook", str(tmp_path / "none" / "f.xlsx")]) == 2
