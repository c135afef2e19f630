"""The filing workbook: inputs, exhibits with live formulas, charts, reconciliation and the run's manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter.workbook import Workbook

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.exhibits.changes import changes_page
from xl_ltc.exhibits.checks import Check
from xl_ltc.exhibits.exhibit_1 import year_groups
from xl_ltc.exhibits.filing_pages import FilingPages, filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.headline import headline
from xl_ltc.exhibits.jurisdiction import MARYLAND, Jurisdiction
from xl_ltc.exhibits.run_data import RunData, run_data_page
from xl_ltc.exhibits.run_log import run_log_page
from xl_ltc.exhibits.run_page import run_page
from xl_ltc.exhibits.table import Page
from xl_ltc.files import written_whole
from xl_ltc.inforce import history
from xl_ltc.workbook.addresses import Addresses
from xl_ltc.workbook.charts import write_charts
from xl_ltc.workbook.layout import ASSUMPTION_SHEETS, CHARTS, CONTENTS, HISTORY, INPUT_SHEETS, SETTINGS, SHEETS
from xl_ltc.workbook.run_data import NO_RUNS, EarlierRuns
from xl_ltc.workbook.sheets.contents import plan_contents, write_contents
from xl_ltc.workbook.sheets.exact import ExactWorksheet
from xl_ltc.workbook.sheets.inputs import write_settings, write_tables
from xl_ltc.workbook.sheets.page import plan_page, write_page
from xl_ltc.workbook.styles import DEFAULT_FONT, Styles

_TITLE = ("Long-Term Care Rate Filing", "Exhibits and assumptions, nationwide, all rate series combined")
_TAB_INPUT, _TAB_OUTPUT = "#F4B183", "#8EA9DB"


def write_filing_workbook(
    run: FilingRun,
    checks: Sequence[Check],
    manifest: Mapping[str, Any],
    path: str | Path,
    state: Jurisdiction = MARYLAND,
    pages: FilingPages | None = None,
    earlier: EarlierRuns = NO_RUNS,
) -> Path:
    """Write the workbook of a filing; a file at ``path`` is replaced only once the new one is complete.

    Args:
        run: what was computed, with the inputs it was computed from.
        checks: the reconciliation to the published numbers; empty for a block that is not the filing's.
        manifest: the run's record; nested keys are joined by full stops.
        path: where to, ``.xlsx``.
        state: the jurisdiction of sections 19 and 22.
        pages: those of the run, checks and state, if they have been built.
        earlier: the runs before into the workbook this one is for.

    Raises:
        OSError: the folder or the file can't be written, e.g. because it is open in Excel.
    """
    pages = pages or filing_pages(run, checks, state)
    target = Path(path)
    with written_whole(target) as part:
        _write(part, run, pages, manifest, earlier)
    return target


def _write(path: Path, run: FilingRun, pages: FilingPages, manifest: Mapping[str, Any], earlier: EarlierRuns) -> None:
    data = RunData.of(run, pages.exhibits, manifest)
    about_run = (
        changes_page(earlier.last, data, earlier.unread),
        run_page(run, manifest),
        run_log_page(earlier.log, data, manifest),
        run_data_page(data, pages.exhibits),
    )
    addresses = Addresses()
    plans = {page.sheet: plan_page(page, addresses) for page in (*pages.all, *about_run)}
    title = (*_TITLE, run.caution) if run.caution else _TITLE
    contents = plan_contents(headline(pages), title, addresses)
    with Workbook(str(path), {"default_format_properties": dict(DEFAULT_FONT)}) as workbook:
        workbook.set_properties({"title": _TITLE[0], "comments": "Written by xl_ltc"})
        workbook.set_calc_mode("auto")
        styles = Styles(workbook)
        sheets = {name: workbook.add_worksheet(name, worksheet_class=ExactWorksheet) for name in SHEETS}
        for name, sheet in sheets.items():
            sheet.set_tab_color(_TAB_INPUT if name in INPUT_SHEETS else _TAB_OUTPUT)
        _write_inputs(workbook, run, styles)
        for name, plan in plans.items():
            write_page(workbook, sheets[name], plan, styles, addresses)
        groups = year_groups(run.cash_flows.years, run.assumptions.settings.valuation_date.year)
        single = [g.label for g in groups if g.first == g.last]
        write_charts(workbook, sheets[CHARTS], addresses, single, styles)
        write_contents(workbook, sheets[CONTENTS], contents, _purposes((*pages.all, *about_run)), styles, addresses)


def _write_inputs(workbook: Workbook, run: FilingRun, styles: Styles) -> None:
    tables = run.assumptions.tables
    write_settings(workbook, workbook.get_worksheet_by_name(SETTINGS), run.assumptions.settings, styles)
    for name, specs in ASSUMPTION_SHEETS.items():
        sheet = workbook.get_worksheet_by_name(name)
        write_tables(sheet, name, [(BY_NAME[spec], tables[spec]) for spec in specs], styles)
    write_tables(workbook.get_worksheet_by_name(HISTORY), HISTORY, [(history.HISTORY, run.history)], styles)


def _more(tables: int) -> str:
    return f"; {tables} more table{'s' if tables > 1 else ''}" if tables else ""


def _purposes(pages: Sequence[Page]) -> dict[str, str]:
    """A sentence for each sheet."""
    titles = {
        name: BY_NAME[specs[0]].title + (_more(len(specs) - 1)) + "." for name, specs in ASSUMPTION_SHEETS.items()
    }
    return {
        SETTINGS: "Every choice an actuary could argue about, with its allowed values and source.",
        **titles,
        HISTORY: f"{history.HISTORY.title}, by series and valuation rate.",
        **{page.sheet: page.purpose for page in pages},
        CHARTS: "Premium, claims, loss ratios and lives by calendar year, before and after the increase.",
    }
