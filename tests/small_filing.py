"""A small filing on disk as a user has it: a workbook, and the same policies in every form they may come in."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.cell import Cell
from openpyxl.utils import range_boundaries

from xl_ltc.control import TABLE, Control
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.inforce.read import write_inforce, write_policies
from xl_ltc.pricing.sold import Sold, sold_frame
from xl_ltc.settings import Settings
from xl_ltc.workbook.layout import OUTPUT_SHEETS
from xl_ltc.workbook.render import write_filing_workbook

POLICIES = 1_500


@dataclass(frozen=True)
class SmallFiling:
    """A run in memory and its files.

    Attributes:
        run: what the files must give.
        workbook: as a run writes it; inputs_only: without the output sheets, quick to open.
        csv, parquet, table: the policies; the last is a workbook with the Excel table ``inforce``.
    """

    run: FilingRun
    workbook: Path
    inputs_only: Path
    csv: Path
    parquet: Path
    table: Path


def selected(filing: FilingRun) -> np.ndarray:
    """Positions of the policies of a small filing in the illustrative block."""
    return np.linspace(0, len(filing.block) - 1, POLICIES).astype(np.int64)


def small_filing(filing: FilingRun, folder: Path, **given: Any) -> SmallFiling:
    """Policies selected evenly from the illustrative block, with the whole block's history.

    ``given``: more of ``run_filing``'s, such as experience and the policies sold; without any, a file of policies sold
    that the Control sheet names.
    """
    block = filing.block.select(selected(filing))
    control = Control(inforce=TABLE)
    if not given:
        paying = block.select(block.numbers("annualized_premium") > 0.0)
        sold, file = Sold(paying, np.full(len(paying), 1.2), "Made up."), folder / "policies_sold.parquet"
        write_policies(sold_frame(sold), file)
        given = dict(study=filing.study, sold=sold)
        control = Control(inforce=TABLE, policies_sold=str(file))
    run = run_filing(block, filing.history, filing.assumptions, **given)
    workbook = write_filing_workbook(run, (), {}, folder / "filing.xlsx", control=control)
    book = openpyxl.load_workbook(workbook)
    for sheet in OUTPUT_SHEETS:
        del book[sheet]
    book.save(folder / "inputs.xlsx")
    files = {ending: folder / f"policies.{ending}" for ending in ("csv", "parquet", "xlsx")}
    write_inforce(block, files["csv"])
    write_inforce(block, files["parquet"])
    with xlsxwriter.Workbook(str(files["xlsx"])) as target:
        write_table(target, target.add_worksheet("Policies"), block.frame, 4, 2)
    return SmallFiling(run, workbook, folder / "inputs.xlsx", files["csv"], files["parquet"], files["xlsx"])


def write_table(book: Any, sheet: Any, frame: Any, row: int, column: int, name: str = "inforce") -> None:
    """The policies as an Excel table, its header at a place counted from 0; dates are dates."""
    date = book.add_format({"num_format": "dd/mm/yyyy"})
    for i, values in enumerate(frame.to_numpy(dtype=object).tolist(), start=row + 1):
        for j, value in enumerate(values, start=column):
            if isinstance(value, dt.date):
                sheet.write_datetime(i, j, value, date)
            else:
                sheet.write(i, j, value)
    last = (row + len(frame), column + len(frame.columns) - 1)
    columns = [{"header": name} for name in frame.columns]
    sheet.add_table(row, column, *last, {"name": name, "columns": columns})


def edited(workbook: Path, to: Path, *changes: Callable[[openpyxl.Workbook], None]) -> Path:
    """A copy of a workbook with a user's changes."""
    book = openpyxl.load_workbook(workbook)
    for change in changes:
        change(book)
    book.save(to)
    return to


def replace_value(workbook: Path, value: float, by: float) -> None:
    """Store another number wherever a workbook has this one, as a program that recalculates it would."""
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    old, new = (f"<v>{number!r}</v>".encode() for number in (value, by))
    assert any(old in part for part in parts.values())
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(old, new) if name.endswith(".xml") else part)


def cell(book: openpyxl.Workbook, table: str, key: Mapping[str, object], column: str) -> Cell:
    """The cell of a table in the row with a key."""
    for sheet in book:
        if table in sheet.tables:
            left, top, right, bottom = range_boundaries(sheet.tables[table].ref)
            header = {sheet.cell(top, c).value: c for c in range(left, right + 1)}
            for row in range(top + 1, bottom + 1):
                if all(str(sheet.cell(row, header[name]).value) == str(value) for name, value in key.items()):
                    return sheet.cell(row, header[column])
    raise AssertionError(f"no row {key} in a table {table}")


def put(table: str, key: Mapping[str, object], column: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    """A change: another value in a cell."""

    def change(book: openpyxl.Workbook) -> None:
        cell(book, table, key, column).value = value

    return change


def control_frame() -> pd.DataFrame:
    """The table ``control`` with what stands in it unless somebody says otherwise."""
    entries = [(f.name, f.default) for f in fields(Control)]
    return pd.DataFrame(entries, columns=["setting", "value"], dtype=object)


def choose(name: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    """A change: another value of a setting, on whichever sheet it stands."""

    def change(book: openpyxl.Workbook) -> None:
        on_control = {f.name for f in fields(Settings) if f.metadata["on_control"]} | {f.name for f in fields(Control)}
        put("control" if name in on_control else "settings", {"setting": name}, "value", value)(book)

    return change


def drop_table(table: str) -> Callable[[openpyxl.Workbook], None]:
    """A change: the cells stay, but they are no Excel table any more."""

    def change(book: openpyxl.Workbook) -> None:
        for sheet in book:
            if table in sheet.tables:
                del sheet.tables[table]

    return change


def files_in(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder: files with their bytes, folders with None."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}
