"""The workbook of an experience study: choices, assumptions and data in, exhibits and charts out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.control import StudyControl
from xl_ltc.exhibits.study.actual_to_expected import CONFIDENCE
from xl_ltc.exhibits.study.summary import SHEET as SUMMARY
from xl_ltc.exhibits.study.summary import STATUS, waiting_page
from xl_ltc.exhibits.table import Column, Page, Table
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.conduct import StudyResult
from xl_ltc.files import written_whole
from xl_ltc.workbook.addresses import Addresses
from xl_ltc.workbook.layout import ASSUMPTION_SHEETS
from xl_ltc.workbook.render import add_macros
from xl_ltc.workbook.sheets.book import new_book
from xl_ltc.workbook.sheets.control import HOW_TO_DRIVE, FrontSheet, Macros, write_front
from xl_ltc.workbook.sheets.exact import ExactWorksheet
from xl_ltc.workbook.sheets.inputs import write_tables
from xl_ltc.workbook.sheets.page import plan_page, write_page
from xl_ltc.workbook.study_charts import write_study_charts
from xl_ltc.workbook.study_layout import CHARTS, DATA_SHEETS, OUTPUT_SHEETS, SHEETS, STUDY, STUDY_TABLE, WAITING
from xl_ltc.workbook.styles import TAB_INPUT, TAB_OUTPUT, Styles


@dataclass(frozen=True)
class StudyInputs:
    """What stands on the sheets a user edits.

    Attributes:
        basis, control: the named choices.
        tables: the assumption tables by name.
        data: the tables of ``DATA_SHEETS`` by name; one that is not there is left without rows.
    """

    basis: StudyBasis
    control: StudyControl
    tables: Mapping[str, pd.DataFrame]
    data: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class StudyOutputs:
    """What a study fills: its pages and, for the charts, its result."""

    pages: tuple[Page, ...]
    result: StudyResult

    @property
    def status(self) -> dict[str, str]:
        """What the named lines of the Summary say, by name."""
        return _status(self.pages)

    @property
    def sheets(self) -> tuple[str, ...]:
        """Their names; the other output sheets are filled by an action of their own."""
        return tuple(name for name in OUTPUT_SHEETS if name not in WAITING)


def write_study_workbook(
    path: Path,
    inputs: StudyInputs,
    outputs: StudyOutputs | None,
    macros: Macros | None = None,
    created: dt.datetime | None = None,
) -> Path:
    """Write a workbook with every sheet; a file at ``path`` is replaced only once the new one is complete.

    Args:
        path: where to, ``.xlsx``, or ``.xlsm`` with macros.
        inputs: what stands on the input sheets.
        outputs: what a study gave; None for a workbook in which none has been run.
        macros: code and buttons; created: the date the file says it was made, now if None.

    Raises:
        OSError: the folder or the file can't be written, e.g. because it is open in Excel.
    """
    with written_whole(path) as part:
        _write(part, inputs, outputs, macros, created)
    return path


def _write(
    path: Path,
    inputs: StudyInputs,
    outputs: StudyOutputs | None,
    macros: Macros | None,
    created: dt.datetime | None,
) -> None:
    pages = outputs.pages if outputs else (waiting_page(),)
    filled = {page.sheet for page in pages} | ({CHARTS} if outputs else set())
    waiting = [_waiting(name) for name in OUTPUT_SHEETS if name not in filled]
    addresses = Addresses()
    plans = {page.sheet: plan_page(page, addresses) for page in (*pages, *waiting)}
    with new_book(path) as workbook:
        properties = {"title": "Long-Term Care Experience Study", "comments": "Written by xl_ltc"}
        workbook.set_properties(properties | ({"created": created} if created else {}))
        workbook.set_calc_mode("auto")
        styles = Styles(workbook)
        sheets = {name: workbook.add_worksheet(name, worksheet_class=ExactWorksheet) for name in SHEETS}
        for name, sheet in sheets.items():
            sheet.set_tab_color(TAB_OUTPUT if name in OUTPUT_SHEETS else TAB_INPUT)
        if macros is not None:
            add_macros(workbook, sheets, macros)
        write_front(workbook, sheets[STUDY], _front(inputs), _status(pages), styles, macros)
        for name, specs in ASSUMPTION_SHEETS.items():
            write_tables(sheets[name], name, [(BY_NAME[spec], inputs.tables[spec]) for spec in specs], styles)
        for name, spec in DATA_SHEETS.items():
            frame = inputs.data.get(spec.name)
            if frame is None:
                frame = pd.DataFrame({column.name: pd.Series(dtype="object") for column in spec.columns})
            write_tables(sheets[name], name, [(spec, frame)], styles)
        for name, plan in plans.items():
            write_page(workbook, sheets[name], plan, styles, addresses)
        if outputs:
            write_study_charts(workbook, sheets[CHARTS], addresses, outputs.result, styles)


def _front(inputs: StudyInputs) -> FrontSheet:
    values = [
        (f, getattr(choices, f.name)) for choices in (inputs.control, inputs.basis) for f in dataclasses.fields(choices)
    ]
    return FrontSheet(
        STUDY,
        HOW_TO_DRIVE,
        "study or carry",
        STATUS,
        STUDY_TABLE,
        "What to study, and how",
        values,
        [CONFIDENCE],
    )


def _status(pages: Sequence[Page]) -> dict[str, str]:
    table = next(page for page in pages if page.sheet == SUMMARY).tables[0]
    return {name: str(table.cell(name, "value").value) for name in STATUS}


def _waiting(sheet: str) -> Page:
    """A sheet that no study has filled yet."""
    words = WAITING.get(sheet, "Filled by Run study (xl-ltc study).")
    return Page(sheet, words, (sheet, words), (Table(f"waiting {sheet}", (Column("words", "", width=20),), ()),))
