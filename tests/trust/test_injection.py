"""Nothing of the input becomes a formula, a link or a statement: hostile text stays what it is, everywhere."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exhibits.made_up import made_up_run
from tests.workbook.recalculate import convert
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.read import read_inforce, write_inforce
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
