"""The filing workbook: inputs, exhibits with live formulas, charts, reconciliation and the run's manifest."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.control import Control
from xl_ltc.exhibits.changes import changes_page
from xl_ltc.exhibits.checks import Check
from xl_ltc.exhibits.exhibit_1 import year_groups
from xl_ltc.exhibits.filing_pages import FilingPages, filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.headline import headline
from xl_ltc.exhibits.run_data import RunData, run_data_page
from xl_ltc.exhibits.run_log import run_log_page
from xl_ltc.exhibits.run_page import RUN, STATUS, run_page, status_page
from xl_ltc.exhibits.table import Column, Page, Table
from xl_ltc.experience.study import STUDY_BY_NAME, Study
from xl_ltc.files import written_whole
from xl_ltc.inforce.history import HISTORY as HISTORY_TABLE
from xl_ltc.inforce.schema import INFORCE as INFORCE_TABLE
from xl_ltc.scenarios.specs import SPECS as SCENARIO_SPECS
from xl_ltc.scenarios.tables import bundled_scenarios
from xl_ltc.settings import Settings
from xl_ltc.tables import TableSpec
from xl_ltc.workbook.addresses import Addresses
from xl_ltc.workbook.charts import write_charts
from xl_ltc.workbook.layout import (
    ASSUMPTION_SHEETS,
    CHARTS,
    CONTENTS,
    CONTROL,
    HISTORY,
    INFORCE,
    INPUT_SHEETS,
    OUTPUT_SHEETS,
    SCENARIO_SHEETS,
    SETTINGS,
    SHEETS,
    STUDY_SHEETS,
    WAITING,
)
from xl_ltc.workbook.run_data import NO_RUNS, EarlierRuns
from xl_ltc.workbook.sheets.book import new_book
from xl_ltc.workbook.sheets.contents import plan_contents, write_contents
from xl_ltc.workbook.sheets.control import Macros, write_control
from xl_ltc.workbook.sheets.exact import ExactWorksheet
from xl_ltc.workbook.sheets.inputs import write_tables
from xl_ltc.workbook.sheets.page import PagePlan, plan_page, write_page
from xl_ltc.workbook.sheets.settings import write_settings
from xl_ltc.workbook.styles import TAB_INPUT, TAB_OUTPUT, Styles

_SCENARIO_SPECS = {spec.name: spec for spec in SCENARIO_SPECS}
TITLE = ("Long-Term Care Rate Filing", "Exhibits and assumptions, nationwide, all rate series combined")


@dataclass(frozen=True)
class InputSheets:
    """What stands on the sheets a user edits.

    Attributes:
        settings, control: the named choices.
        tables: the assumption tables by name.
        history: actual experience.
        study: experience and original pricing.
        inforce: the policies as a worksheet table, or None for a workbook whose policies stand elsewhere.
        scenarios: scenarios and grids; those a new workbook begins with.
    """

    settings: Settings
    control: Control
    tables: Mapping[str, pd.DataFrame]
    history: pd.DataFrame
    study: Study
    inforce: pd.DataFrame | None = None
    scenarios: Mapping[str, pd.DataFrame] = field(default_factory=bundled_scenarios)

    @classmethod
    def of(cls, run: FilingRun, control: Control) -> InputSheets:
        """What a run was made from."""
        return cls(run.assumptions.settings, control, run.assumptions.tables.frames, run.history, run.study)


@dataclass(frozen=True)
class OutputSheets:
    """What a run fills.

    Attributes:
        pages: by sheet.
        title: of the first output sheet; headline: its results.
        single_years: the rows of Exhibit I that are drawn in the charts.
    """

    pages: tuple[Page, ...]
    title: tuple[str, ...]
    headline: Table
    single_years: tuple[str, ...]

    @classmethod
    def of(
        cls, run: FilingRun, pages: FilingPages, manifest: Mapping[str, Any], earlier: EarlierRuns = NO_RUNS
    ) -> OutputSheets:
        """The sheets of a run; ``earlier``: the runs before into the workbook these are for."""
        data = RunData.of(run, pages.results, manifest)
        about_run = (
            changes_page(earlier.last, data, earlier.unread),
            run_page(run, manifest),
            run_log_page(earlier.log, data, manifest),
            run_data_page(data, pages.results),
        )
        groups = year_groups(run.cash_flows.years, run.assumptions.settings.valuation_date.year)
        return cls(
            (*pages.all, *about_run),
            (*TITLE, run.caution) if run.caution else TITLE,
            headline(pages),
            tuple(g.label for g in groups if g.first == g.last),
        )

    @property
    def status(self) -> dict[str, str]:
        """What the named lines of the Run sheet say, by name."""
        return _status(self.pages)

    @property
    def sheets(self) -> tuple[str, ...]:
        """Their names; of the other output sheets, each is filled by an action of its own."""
        filled = {page.sheet for page in self.pages} | {CONTENTS, CHARTS}
        return tuple(name for name in OUTPUT_SHEETS if name in filled)


def write_filing_workbook(
    run: FilingRun,
    checks: Sequence[Check],
    manifest: Mapping[str, Any],
    path: str | Path,
    pages: FilingPages | None = None,
    *,
    control: Control | None = None,
    earlier: EarlierRuns = NO_RUNS,
) -> Path:
    """Write the workbook of a filing; a file at ``path`` is replaced only once the new one is complete.

    Args:
        run: what was computed, with the inputs it was computed from.
        checks: the reconciliation to the published numbers; empty for a block that is not the filing's.
        manifest: the run's record; nested keys are joined by full stops.
        path: where to, ``.xlsx``.
        pages: those of the run and checks, if they have been built.
        control: the entries of the Control sheet.
        earlier: the runs before into the workbook this one is for.

    Raises:
        OSError: the folder or the file can't be written, e.g. because it is open in Excel.
    """
    outputs = OutputSheets.of(run, pages or filing_pages(run, checks), manifest, earlier)
    return write_workbook(Path(path), InputSheets.of(run, control or Control()), outputs)


def write_workbook(
    path: Path,
    inputs: InputSheets,
    outputs: OutputSheets | None,
    macros: Macros | None = None,
    created: dt.datetime | None = None,
    guide: Page | None = None,
) -> Path:
    """Write a workbook with every sheet; a file at ``path`` is replaced only once the new one is complete.

    Args:
        path: where to, ``.xlsx``, or ``.xlsm`` with macros.
        inputs: what stands on the input sheets.
        outputs: what a run gave; None for a workbook that has not been run.
        macros: code and buttons.
        created: the date the file says it was made; now if None.
        guide: a sheet of words before the others, the user's from then on.

    Raises:
        OSError: the folder or the file can't be written, e.g. because it is open in Excel.
    """
    with written_whole(path) as part:
        _write(part, inputs, outputs, macros, created, guide)
    return path


def _write(
    path: Path,
    inputs: InputSheets,
    outputs: OutputSheets | None,
    macros: Macros | None,
    created: dt.datetime | None,
    guide: Page | None,
) -> None:
    pages = outputs.pages if outputs else (status_page(),)
    filled = {page.sheet for page in pages} | ({CONTENTS, CHARTS} if outputs else set())
    waiting = [_waiting(name, WAITING.get(name, "")) for name in OUTPUT_SHEETS if name not in filled]
    addresses = Addresses()
    plans = {page.sheet: plan_page(page, addresses) for page in (*pages, *waiting, *((guide,) if guide else ()))}
    with new_book(path) as workbook:
        properties = {"title": TITLE[0], "comments": "Written by xl_ltc"}
        workbook.set_properties(properties | ({"created": created} if created else {}))
        workbook.set_calc_mode("auto")
        styles = Styles(workbook)
        names = [*((guide.sheet,) if guide else ()), *SHEETS]
        if inputs.inforce is not None:
            names.insert(names.index(HISTORY) + 1, INFORCE)
        sheets = {name: workbook.add_worksheet(name, worksheet_class=ExactWorksheet) for name in names}
        for name, sheet in sheets.items():
            sheet.set_tab_color(TAB_INPUT if name in (*INPUT_SHEETS, INFORCE) else TAB_OUTPUT)
        if macros is not None:
            add_macros(workbook, sheets, macros)
        write_control(workbook, sheets[CONTROL], inputs.settings, inputs.control, _status(pages), styles, macros)
        _write_inputs(workbook, sheets, inputs, styles)
        for name, plan in plans.items():
            if name != CONTENTS:
                write_page(workbook, sheets[name], plan, styles, addresses)
        if outputs:
            write_charts(workbook, sheets[CHARTS], addresses, list(outputs.single_years), styles)
        contents = plan_contents(outputs.headline, outputs.title, addresses) if outputs else plans[CONTENTS]
        write_contents(workbook, sheets[CONTENTS], contents, _purposes(names, plans), styles, addresses)


def _status(pages: Sequence[Page]) -> dict[str, str]:
    table = next(page for page in pages if page.sheet == RUN).tables[0]
    return {name: str(table.cell(name, "value").value) for name in STATUS}


def add_macros(workbook: Workbook, sheets: Mapping[str, Worksheet], macros: Macros) -> None:
    """Give a workbook its code, and the sheets the names the code has for them."""
    workbook.add_vba_project(io.BytesIO(macros.project), is_stream=True)
    workbook.set_vba_name("ThisWorkbook")
    for name, sheet in sheets.items():
        if name in macros.code_names:
            sheet.set_vba_name(macros.code_names[name])


def _waiting(sheet: str, words: str) -> Page:
    """A sheet that no run and no action has filled yet."""
    words = words or "Filled by the next run."
    title = (*TITLE, "No run yet") if sheet == CONTENTS else (sheet, words)
    table = Table(f"waiting {sheet}", (Column("words", "", width=20), *_CONTENTS_COLUMNS), ())
    return Page(sheet, words, title, (table,))


_CONTENTS_COLUMNS = (Column("gap", "", width=2), Column("more", "", width=84))


def _write_inputs(workbook: Workbook, sheets: Mapping[str, Worksheet], inputs: InputSheets, styles: Styles) -> None:
    write_settings(workbook, sheets[SETTINGS], inputs.settings, styles)
    for name, specs in ASSUMPTION_SHEETS.items():
        write_tables(sheets[name], name, [(BY_NAME[spec], inputs.tables[spec]) for spec in specs], styles)
    for name, specs in SCENARIO_SHEETS.items():
        write_tables(sheets[name], name, [(_SCENARIO_SPECS[spec], inputs.scenarios[spec]) for spec in specs], styles)
    write_tables(sheets[HISTORY], HISTORY, [(HISTORY_TABLE, inputs.history)], styles)
    for name, specs in STUDY_SHEETS.items():
        write_tables(sheets[name], name, [(STUDY_BY_NAME[spec], inputs.study[spec]) for spec in specs], styles)
    if inputs.inforce is not None:
        write_tables(sheets[INFORCE], INFORCE, [(INFORCE_TABLE, inputs.inforce)], styles)


def _purposes(names: Sequence[str], plans: Mapping[str, PagePlan]) -> dict[str, str]:
    """A sentence for each sheet."""
    of_tables = {name: [BY_NAME[spec] for spec in specs] for name, specs in ASSUMPTION_SHEETS.items()}
    of_tables |= {name: [_SCENARIO_SPECS[spec] for spec in specs] for name, specs in SCENARIO_SHEETS.items()}
    of_tables |= {name: [STUDY_BY_NAME[spec] for spec in specs] for name, specs in STUDY_SHEETS.items()}
    of_all = {
        CONTROL: "What to run on, the buttons, and how the last run went.",
        SETTINGS: "Every choice an actuary could argue about, with its allowed values and source.",
        **{name: _titles(specs) for name, specs in of_tables.items()},
        HISTORY: f"{HISTORY_TABLE.title}, by series and valuation rate.",
        INFORCE: f"{INFORCE_TABLE.title}, one a row.",
        CHARTS: "Premium, claims, loss ratios and lives by calendar year, before and after the increase.",
        **{name: plan.page.purpose for name, plan in plans.items() if plan.page.purpose},
    }
    return {name: of_all.get(name, "") for name in names}


def _titles(specs: Sequence[TableSpec]) -> str:
    more = len(specs) - 1
    return specs[0].title + (f"; {more} more table{'s' if more > 1 else ''}" if more else "") + "."
