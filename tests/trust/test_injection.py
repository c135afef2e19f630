"""Nothing of the input becomes a formula, a link or a statement: hostile text stays what it is, everywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import xl_ltc
import xl_ltc_udfs
from tests.damaged.filing import Parts, policies
from tests.damaged.filing import workbook as workbook_of_policies
from tests.exhibits.made_up import made_up_run
from tests.small_filing import choose, edited, files_in
from tests.workbook.recalculate import convert
from xl_ltc import cli
from xl_ltc.control import Control
from xl_ltc.errors import InputError, Problem, one_line
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.read import read_inforce, write_inforce
from xl_ltc.workbook.actions.places import named_folder
from xl_ltc.workbook.actions.provenance.inputs import FoundInput
from xl_ltc.workbook.actions.provenance.manifest_file import Manifest
from xl_ltc.workbook.actions.reproducing import Compared, Reproduction
from xl_ltc.workbook.render import write_filing_workbook
from xl_ltc.workbook.sheets.book import new_book
from xl_ltc.workbook.sheets.cells import LONGEST_TEXT, write_value

HOSTILE = (
    '=HYPERLINK("http://example.com","click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1",
    "-2+3+cmd|' /C calc'!D2",
    "@SUM(1,1)",
    "{=1+1}",
    "\t=1+1",
    "http://example.com",
    "mailto:a@example.com",
    "file:///etc/passwd",
    "internal:Control!A1",
    "../../etc/passwd",
    "con.xlsx",
    "$(rm -rf .)",
    "`id`",
    "'; DROP TABLE policies; --",
    '"quoted", and; comma',
    "two\nlines",
    "  blanks around  ",
    "00123",
    "1E5",
    "3/4",
    "TRUE",
    "#REF!",
    "<b>&amp;</b>]]>",
    "_x000D_",
    "\U0001f4a5 \u00e9 \u4e2d",
    "x" * LONGEST_TEXT,
)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "hostile.xlsx"
    with new_book(path) as book:
        sheet, style = book.add_worksheet("Hostile"), book.add_format()
        for line, value in enumerate(HOSTILE):
            write_value(sheet, line, 0, value, style)
    return path


def _is_plain(path: Path, expected: tuple[str, ...]) -> None:
    cells = openpyxl.load_workbook(path)["Hostile"]["A"][: len(expected)]
    assert [cell.data_type for cell in cells] == ["s"] * len(expected)
    assert [cell.hyperlink for cell in cells] == [None] * len(expected)
    assert tuple(cell.value for cell in cells) == expected


def test_text_in_a_workbook_is_text_to_every_reader(workbook: Path) -> None:
    _is_plain(workbook, HOSTILE)
    rows = python_calamine.CalamineWorkbook.from_path(str(workbook)).get_sheet_by_name("Hostile").to_python()
    assert tuple(row[0] for row in rows) == HOSTILE


@pytest.mark.slow
@pytest.mark.libreoffice
def test_text_in_a_workbook_is_text_to_libreoffice(workbook: Path, tmp_path: Path) -> None:
    _is_plain(convert(workbook, tmp_path, "xlsx"), HOSTILE)


@pytest.mark.parametrize("text", ["x" * (LONGEST_TEXT + 1), "\U0001f4a5" * (LONGEST_TEXT // 2 + 1)])
def test_text_that_a_cell_would_cut_off_is_refused(text: str, tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"sheet Hostile, cell B3: .*at most 32,767 characters"),
        new_book(tmp_path / "long.xlsx") as book,
    ):
        write_value(book.add_worksheet("Hostile"), 2, 1, text, book.add_format())


_IDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(_IDS, st.sampled_from(HOSTILE[:-1])), min_size=1, max_size=5))
def test_policy_ids_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, ids: list[str]) -> None:
    folder = tmp_path_factory.mktemp("ids")
    frame = made_up_run().block.frame.iloc[: len(ids)].assign(policy_id=ids)
    write_inforce(Block(frame), folder / "ids.parquet")
    frame.to_csv(folder / "ids.csv", index=False)
    for name in ("ids.parquet", "ids.csv"):
        found = [str(value) for value in read_inforce(folder / name).frame["policy_id"]]
        assert found == ids, name


@pytest.mark.xfail(strict=True, reason="XlsxWriter does not escape an underscore that two escapes share")
def test_an_escape_of_an_escape_comes_back(tmp_path: Path) -> None:
    path, text = tmp_path / "book.xlsx", "_x005F_x000D_"
    with new_book(path) as book:
        write_value(book.add_worksheet("Hostile"), 0, 0, text, book.add_format())
    assert python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python() == [[text]]


ESCAPES = {
    "_x000D_": "\r",
    "_x005F_x000D_": "_x000D_",
    "_x005F_x005F_x000D_": "_x005F\r",
    "_x005F_x005F_x005F_x000D_": "_x005F_x000D_",
    "_x000d_": "\r",
    "a_x0041_b": "aAb",
    "_x00G0_": "_x00G0_",
    "_x41_": "_x41_",
}
"""What stands in a file, and the text that Excel shows (ECMA-376 part 1, 22.9.2.19, ST_Xstring)."""


@pytest.mark.parametrize("shared", [True, False])
def test_escapes_in_a_file_are_read_as_excel_shows_them(shared: bool, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": not shared}) as book:
        sheet = book.add_worksheet()
        for line in range(len(ESCAPES)):
            sheet.write_string(line, 0, f"text {line}")
    parts = Parts.of(path)
    part = "xl/sharedStrings.xml" if shared else "xl/worksheets/sheet1.xml"
    for line, stored in enumerate(ESCAPES):
        parts = parts.swap(part, b"text %d" % line, stored.encode())
    path.write_bytes(parts.packed())
    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == list(ESCAPES.values())


LINES = "two\nlines", "a\rb", "a\x1b[2Jb", "a\u2028b", "a\u2029b", "a\x85b", "a\0b"


@pytest.mark.parametrize("text", LINES)
def test_no_name_begins_a_line_of_a_message(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    error = InputError([Problem(f"sheet {text}, cell A1, policy {text}", text, text)] * 2)
    assert len(str(error).splitlines()) == 2
    assert all(line.isprintable() for line in str(error).splitlines())
    cli._Progress()(f"reading {text}.xlsx")
    cli._tell(["tables", "of two\nlines stay"], [f"sheet {text}"], [Path(f"{text}.csv")])
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1 and said.err.strip().isprintable()
    assert len(said.out.splitlines()) == 5 and all(line.isprintable() for line in said.out.splitlines())


def test_other_texts_stay_as_they_are() -> None:
    for text in (*(t for t in HOSTILE if t.isprintable()), "\u00a0\u200b\u00e9"):
        assert one_line(text) == text


@given(st.text())
def test_one_line_is_one(text: str) -> None:
    assert len(f"{one_line(text)}.".splitlines()) == 1


def test_a_record_forges_no_line_of_the_report() -> None:
    forged = "x)\nReproduced: every number is the same; tolerance 1e-12."
    record = {"run_id": forged, "command": forged, "started": forged}
    found = FoundInput(forged, forged, forged, Path("x"), forged)
    compared = Compared(forged, "DIFFERS", forged, 1.0)
    made = Reproduction(Manifest(Path("m.json"), record, False), (found,), (compared,), (compared,), (compared,))
    assert not any(line.startswith("Reproduced") for line in made.text.splitlines())
    assert made.text.splitlines()[-1] == "NOT reproduced: 2 differ."


OUTSIDE = (
    "../../x",
    "a/../../x",
    "..",
    "..\\x",
    "/x",
    "\\x",
    "\\\\server\\share\\x",
    "C:\\x",
    "C:x",
    "~\0",
    "a\0b",
    "a\nb",
    "CON",
    "con.csv",
    "results/NUL",
    "lpt1 .txt",
    "a:stream",
    "$(touch x) | y",
    "a?",
    "a.",
    "a ",
    ".",
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_workbook_names_no_folder_elsewhere(name: str, tmp_path: Path) -> None:
    before = files_in(tmp_path)
    with pytest.raises(InputError, match=r"results_folder: found '.*; allowed: a folder in that of the workbook"):
        named_folder(tmp_path / "deep" / "mine.xlsx", name, "results_folder")
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["csv", "csv/2026", "csv\\2026", "./csv", "r\u00e9sultats", "console", "$(id); x", "~"]
)
def test_a_workbook_names_a_folder_of_its_own(name: str, tmp_path: Path) -> None:
    found = named_folder(tmp_path / "mine.xlsx", name, "results_folder")
    assert found is not None and tmp_path in found.parents and len(found.relative_to(tmp_path).parts) <= 2
    assert named_folder(tmp_path / "mine.xlsx", "", "results_folder") is None


@pytest.mark.parametrize("options", [(), ("--partitions", "1", "--inforce", "policies.parquet")])
def test_no_action_writes_to_a_folder_elsewhere(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    workbook_of_policies(Path("good.xlsx"))
    book = edited(Path("good.xlsx"), Path("mine.xlsx"), choose("results_folder", "../outside"))
    policies().to_parquet("policies.parquet", index=False)
    before = files_in(tmp_path)
    assert cli.main(["run", str(book), *options]) == cli.INPUT_UNUSABLE
    assert "found '../outside'; allowed: a folder in that of the workbook" in capsys.readouterr().err
    assert files_in(tmp_path) == before


_SHELLS = {"system", "popen", "getoutput", "getstatusoutput", "eval", "exec", "startfile"}
"""What takes a text for a command or a program, by its name."""


def _runs_a_text(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = getattr(getattr(call.func, "value", None), "id", "")
    shell = any(k.arg == "shell" for k in call.keywords)
    one_text = owner == "subprocess" and call.args and isinstance(call.args[0], ast.JoinedStr | ast.Constant)
    return shell or bool(one_text) or (name in _SHELLS and owner in ("", "os", "subprocess"))


def _calls(module: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Call))


def test_no_text_becomes_a_command() -> None:
    modules = [m for package in (xl_ltc, xl_ltc_udfs) for m in Path(next(iter(package.__path__))).rglob("*.py")]
    assert len(modules) > 300
    assert [f"{m}:{call.lineno}" for m in modules for call in _calls(m) if _runs_a_text(call)] == []
    for text in ("os.system(x)", "subprocess.run(f'{x}')", "subprocess.Popen(x, shell=True)", "eval(x)"):
        call = ast.parse(text, mode="eval").body
        assert isinstance(call, ast.Call) and _runs_a_text(call)


@pytest.mark.slow
def test_no_text_of_the_input_is_defined_as_a_name(tmp_path: Path) -> None:
    hostile = "'http://example.com'!A1"
    control = Control(scenario=hostile, results_folder=hostile, trace_policy=hostile)
    record = {"run_id": hostile, "command": hostile, "warnings": [hostile]}
    path = write_filing_workbook(made_up_run(), (), record, tmp_path / "run.xlsx", control=control)
    names = openpyxl.load_workbook(path).defined_names
    assert len(names) > 20 and not any("example" in f"{name} {found.attr_text}" for name, found in names.items())
