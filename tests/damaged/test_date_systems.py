"""Workbooks that count days from 1904: every day is the one that the user sees, read and written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import python_calamine
import xlsxwriter
from lxml import etree
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.damaged.filing import POLICIES, Parts, policies, workbook
from tests.workbook.test_read_workbook import input_frames, write
from xl_ltc.cli import main
from xl_ltc.errors import InputError
from xl_ltc.experience.history import CLAIM_HISTORY, POLICY_HISTORY
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.workbook.layout import SETTINGS_TABLE
from xl_ltc.workbook.package import Package, graft
from xl_ltc.workbook.package.dates import counts_from_1904, date_styles
from xl_ltc.workbook.package.shown_values import show_values
from xl_ltc.workbook.read import read_tables

DAY = dt.date(2016, 12, 31)
DAYS = [dt.date(1904, 1, 2), dt.date(1904, 2, 29), dt.date(1999, 12, 31), dt.date(2009, 3, 15), DAY]
LATER = 1462
"""What a day's number is smaller by where days are counted from 1904."""


def from_1904(path: Path, to: Path) -> Path:
    """The same workbook saved with the other date system, its days staying the same."""
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book.save(to)
    assert b'date1904="1"' in Parts.of(to).parts["xl/workbook.xml"]
    return to


@pytest.mark.parametrize("spelling", [b"1", b"true"])
def test_days_are_read_as_the_user_sees_them(spelling: bytes, tmp_path: Path) -> None:
    frames = {SETTINGS_TABLE: input_frames()[SETTINGS_TABLE]}
    frames[INFORCE.name] = policies().iloc[: len(DAYS)].assign(issue_date=DAYS)
    frames[POLICY_HISTORY.name] = pd.DataFrame({"policy_id": "P0", "birth_date": DAYS, "issue_date": DAYS})
    frames[CLAIM_HISTORY.name] = pd.DataFrame({"policy_id": "P0", "incurred_date": DAYS})
    first = write(tmp_path / "1900.xlsx", frames)
    other = from_1904(first, tmp_path / "1904.xlsx")
    parts = Parts.of(other)
    assert b"<v>%d</v>" % ((DAY - dt.date(1904, 1, 1)).days) in parts.parts["xl/worksheets/sheet2.xml"]
    other.write_bytes(parts.swap("xl/workbook.xml", b'date1904="1"', b'date1904="%b"' % spelling).packed())
    read = [read_tables(path, tuple(frames)) for path in (first, other)]
    for name in frames:
        pd.testing.assert_frame_equal(*(tables[name].frame for tables in read))
    assert read[1][INFORCE.name].frame["issue_date"].tolist() == DAYS


def _rendered(path: Path, day: dt.date) -> Path:
    """A sheet as a run writes it: a day, a formula that gives one, and numbers that are none."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, date = book.add_worksheet("Run"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime("A1", dt.datetime.combine(day, dt.time()), date)
        sheet.write_formula("A2", "=A1", date, 42735)
        sheet.write_string("A3", "2016-12-31", date)
        sheet.write_number("A4", 42735)
        sheet.write_number("A5", 42735, book.add_format({"num_format": '#,##0.0 "days"'}))
        sheet.write_datetime("A6", dt.datetime.combine(DAY, dt.time(12)), book.add_format({"num_format": 22}))
    return path


def _users(path: Path, epoch: int) -> Path:
    with xlsxwriter.Workbook(str(path), {"date_1904": epoch == 1904}) as book:
        book.add_worksheet("Mine").write_formula(
            "A1", "=valuation_date", book.add_format({"num_format": "yyyy-mm-dd"}), 1
        )
    return path


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_days_are_written_as_the_workbook_counts_them(epoch: int, tmp_path: Path) -> None:
    path, rendered = _users(tmp_path / "user.xlsx", epoch), _rendered(tmp_path / "rendered.xlsx", DAY)
    graft(path, rendered, ["Run"], path, values={"valuation_date": DAY})
    package = Package.open(path)
    assert counts_from_1904(package.xml(package.workbook_part)) == (epoch == 1904)
    number = 42735 - (LATER if epoch == 1904 else 0)
    sheet = etree.fromstring(Parts.of(path).parts["xl/worksheets/sheet2.xml"])
    assert [float(v.text) for v in sheet.iterfind(".//{*}v")] == [number, number, 42735, 42735, number + 0.5]
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    (seen,) = zip(*book.get_sheet_by_name("Run").to_python(), strict=True)
    assert seen == (DAY, DAY, "2016-12-31", 42735.0, 42735.0, dt.datetime(2016, 12, 31, 12))
    assert book.get_sheet_by_name("Mine").to_python() == [[DAY]]
    cells = openpyxl.load_workbook(path, data_only=True)
    assert cells["Run"]["A1"].value == cells["Mine"]["A1"].value == dt.datetime(2016, 12, 31)


def test_a_day_that_the_workbook_cannot_show_is_refused(tmp_path: Path) -> None:
    path = _users(tmp_path / "user.xlsx", 1904)
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"sheet Run, cell A1: found a day before 1904; allowed: .*from 1900"):
        graft(path, _rendered(tmp_path / "rendered.xlsx", dt.date(1903, 12, 31)), ["Run"], path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ("[h]:mm", True),
        ("[$-409]d/m/yy", True),
        ("#,##0", False),
        ('0.0 "days"', False),
        (r"0\d", False),
        ("[Red]0", False),
        ("@", False),
    ],
)
def test_which_formats_show_days(code: str, is_date: bool, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write("A1", 1, book.add_format({"num_format": code}))
    assert date_styles(Package.open(path).xml("xl/styles.xml")) == ({1} if is_date else set())


def test_nothing_to_show_changes_nothing(tmp_path: Path) -> None:
    package = Package.open(_users(tmp_path / "user.xlsx", 1904))
    show_values(package, ["xl/worksheets/sheet1.xml"], {"other": DAY}, True)
    assert package.read("xl/worksheets/sheet1.xml") == Parts.of(package.path).parts["xl/worksheets/sheet1.xml"]


@pytest.mark.slow
def test_a_run_keeps_the_date_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = from_1904(workbook(tmp_path / "good.xlsx"), tmp_path / "mine.xlsx")
    assert main(["run", str(path)]) == 0
    assert f"{POLICIES} policies" in capsys.readouterr().out
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.epoch == CALENDAR_MAC_1904
    shown = [c.value for row in book["Run"].iter_rows() for c in row if isinstance(c.value, dt.datetime)]
    assert set(shown) == {dt.datetime(2016, 12, 31)}
