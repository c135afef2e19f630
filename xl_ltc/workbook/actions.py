"""The actions a user can take, each implemented once: the command line and later the buttons call these."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.assumptions.specs import LAST_AGE, SPECS
from xl_ltc.errors import InputError, Problem
from xl_ltc.exhibits.filing_pages import FilingPages, filing_pages
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.reconcile import reconcile, stands_for_the_filing
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.files import written_whole
from xl_ltc.illustration.block import illustrate
from xl_ltc.illustration.history import illustrative_history
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.history import HISTORY, check_history
from xl_ltc.inforce.read import read_inforce, write_inforce
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.inforce.validate import InforceRules, check_inforce
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.tables import InputTable, clean
from xl_ltc.workbook import last_run
from xl_ltc.workbook.comparing import compare_workbooks, comparison_text, write_comparison
from xl_ltc.workbook.layout import LISTS, OUTPUT_SHEETS
from xl_ltc.workbook.package import graft
from xl_ltc.workbook.read import WorkbookInputs, read_tables, read_workbook
from xl_ltc.workbook.render import write_filing_workbook
from xl_ltc.workbook.run_data import read_earlier_runs

FILING_WORKBOOK = "ltc_rate_filing.xlsx"
RESULTS, MANIFEST, INFORCE_FILE = "results", "manifest.json", "inforce.parquet"
WORKBOOK_ENDINGS = (".xlsx", ".xlsm")

CAUTION = "Illustrative: policies, history by series and claim costs are not the company's (see docs/illustration.md)."

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What an action made.

    Attributes:
        run: what was computed.
        files: what was written, in order.
        warnings: what the user should know.
    """

    run: FilingRun
    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def illustrative_run(progress: Progress) -> FilingRun:
    """The filing on the illustrative block and the bundled assumptions."""
    assumptions = bundled()
    progress("building the illustrative block")
    illustration = illustrate(assumptions)
    progress("splitting the history by series and valuation rate")
    history = illustrative_history(illustration, assumptions)
    return run_filing(illustration.block, history, assumptions, progress, CAUTION)


def demo(folder: Path, progress: Progress) -> Outcome:
    """The whole filing on the illustrative block, written into a folder.

    Files already there under the same names are replaced only when everything has been computed.

    Raises:
        InputError: the folder can't be made or written to; nothing has been computed then.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
    results, log, inforce = folder / RESULTS, folder / MANIFEST, folder / INFORCE_FILE
    _check_folder(results, "--out")
    for file in (folder / FILING_WORKBOOK, log, inforce):
        _check_no_folder(file)
    run = illustrative_run(progress)
    checks = reconcile(run)
    command = f"xl-ltc demo --out {folder.name or folder}"
    record = manifest(run, command, started, time.perf_counter() - clock, (run.caution,))
    progress("writing the workbook, the results and the in-force file")
    folder.mkdir(parents=True, exist_ok=True)
    pages = filing_pages(run, checks)
    with _results_staged(run, checks, pages, results) as put_in_place:
        # First the file that another program is most likely to hold open.
        workbook = write_filing_workbook(run, checks, record, folder / FILING_WORKBOOK, pages=pages)
        put_in_place()
    _write_text(log, json.dumps(record, indent=2) + "\n")
    write_inforce(run.block, inforce)
    return Outcome(run, (workbook, results, log, inforce), (run.caution, *_remember(run, record, workbook)))


def run_workbook(workbook: Path, inforce: Path | None, out: Path, results: Path | None, progress: Progress) -> Outcome:
    """A run on the user's own assumption workbook and in-force file.

    Inputs are read and checked before anything is computed, and everything is computed before anything is written.
    The user's sheets are kept; the output sheets are replaced by this run's.

    Args:
        workbook: the assumption workbook.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for the table in ``workbook``.
        out: where the workbook with the results goes; may be ``workbook``.
        results: folder for the results as CSV files, or None.

    Raises:
        InputError: every problem of the inputs.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
    _check_out(workbook, inforce, out)
    if results is not None:
        _check_folder(results, "--results")
    progress(f"reading {workbook.name}")
    version = _version(workbook)
    block, history, assumptions = read_inputs(workbook, inforce, progress)
    earlier = read_earlier_runs(workbook)
    run = run_filing(block, history, assumptions, progress)
    given = (("", workbook), (" --inforce", inforce), (" --out", out), (" --results", results))
    command = "xl-ltc run" + "".join(f"{option} {path.name or path}" for option, path in given if path is not None)
    checks = reconcile(run) if stands_for_the_filing(run) else []
    record = manifest(run, command, started, time.perf_counter() - clock, ())
    progress(f"writing {out.name}")
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pages = filing_pages(run, checks)
        rendered = write_filing_workbook(run, checks, record, scratch / FILING_WORKBOOK, pages=pages, earlier=earlier)
        put_in_place = None if results is None else stack.enter_context(_results_staged(run, checks, pages, results))
        if _version(workbook) != version:
            raise InputError.single(str(workbook), "a workbook changed since the run read it", "run it again")
        report = graft(workbook, rendered, OUTPUT_SHEETS, out, LISTS)
        if put_in_place is not None:
            put_in_place()
    warnings = (*report.warnings, *_remember(run, record, out))
    return Outcome(run, (out,) if results is None else (out, results), warnings)


def _remember(run: FilingRun, record: Mapping[str, Any], workbook: Path) -> tuple[str, ...]:
    """Keep the results for LTC_RESULT; what is written stays good where that can't be done."""
    try:
        last_run.remember(run, record, workbook)
    except OSError as error:
        return (f"LTC_RESULT will not show this run; its results can't be kept in {last_run.folder()} ({error}).",)
    return ()


def compare_runs(before: Path, after: Path, out: Path | None = None) -> str:
    """What changed between the runs two workbooks hold, in words.

    Args:
        before, after: workbooks that runs have written.
        out: workbook to write the changes to, whole or not at all; or None.

    Raises:
        InputError: no workbook, or one without a run's data; a file that can't be written.
    """
    if out is not None:
        _check_file(out, (".xlsx",))
        if _same_file(out, before) or _same_file(out, after):
            raise InputError.single("--out", f"{out}, one of the workbooks compared", "another file")
    comparison = compare_workbooks(before, after)
    # By their names, or by the folders too where both have one name.
    names = (before.name, after.name) if before.name != after.name else (str(before), str(after))
    if out is not None:
        write_comparison(comparison, *names, out)
    return comparison_text(comparison, *names)


def trace_policy(
    policy_id: str, workbook: Path | None, inforce: Path | None, progress: Progress, out: Path | None = None
) -> pd.DataFrame:
    """Every factor of every segment of one policy's projection; see ``projection.trace.trace``.

    Args:
        policy_id: which policy.
        workbook, inforce: where it is; None for the bundled assumptions and the illustrative block.
        out: CSV file to write it to, whole or not at all; or None.

    Raises:
        InputError: every problem of the inputs; no such policy; a file that can't be written.
    """
    if out is not None:
        _check_file(out, (".csv",))
        _check_not_input(out, inforce)
    if workbook is None:
        assumptions = bundled()
        if inforce is None:
            progress("building the illustrative block")
            block = illustrate(assumptions).block
        else:
            block = check_policies(read_any_inforce(inforce), assumptions)
    else:
        block, _, assumptions = read_inputs(workbook, inforce, progress)
    table = trace(block, assumptions, policy_increase(block, assumptions).impact, policy_id)
    if out is not None:
        _write_text(out, table.to_csv(index=False, lineterminator="\n"))
    return table


def read_inputs(workbook: Path, inforce: Path | None, progress: Progress) -> tuple[Block, pd.DataFrame, AssumptionSet]:
    """The checked inputs of a run: block, history and assumptions.

    Raises:
        InputError: every problem of the workbook; if there is none, every problem of the in-force file.
    """
    inputs = _read_workbook(workbook)
    assumptions, history = _check_assumptions(inputs)
    progress(f"reading the in-force policies of {(inforce or workbook).name}")
    table = inputs.inforce if inforce is None else read_any_inforce(inforce)
    if table is None:
        raise InputError.single(
            workbook.name, "no Excel table inforce", "the policies in a table of that name, or --inforce FILE"
        )
    return check_policies(table, assumptions), history, assumptions


def read_any_inforce(path: Path) -> InputTable:
    """In-force policies from Parquet, CSV or a worksheet table."""
    if path.suffix.lower() in WORKBOOK_ENDINGS:
        return read_tables(path, (INFORCE.name,))[INFORCE.name]
    return read_inforce(path)


def check_experience(table: InputTable, assumptions: AssumptionSet) -> pd.DataFrame:
    """Actual experience checked against an assumption set."""
    return check_history(table, assumptions.vocabulary("series"), assumptions.settings.valuation_date.year)


def check_policies(table: InputTable, assumptions: AssumptionSet) -> Block:
    """Policies checked against an assumption set."""
    premium = assumptions.premium
    rules = InforceRules(
        vocabulary={name: assumptions.vocabulary(name) for name in CODED},
        valuation_date=assumptions.settings.valuation_date,
        first_issue_year=int(assumptions.valuation_interest.issue_year_from[0]),
        last_age=LAST_AGE,
        payment_years=dict(zip(premium.options, premium.years.tolist(), strict=True)),
        payment_to_age=dict(zip(premium.options, premium.to_age.tolist(), strict=True)),
    )
    return check_inforce(table, rules)


def _read_workbook(workbook: Path) -> WorkbookInputs:
    """The inputs of a workbook; a missing table or a bad setting does not hide the bad cells of other tables."""
    try:
        return read_workbook(workbook)
    except InputError as error:
        raise InputError([*error.problems, *_bad_cells(workbook)]) from None


def _bad_cells(workbook: Path) -> list[Problem]:
    """What is wrong with the cells of the tables that are there, each table by itself."""
    specs = (*SPECS, HISTORY)
    try:
        tables = read_tables(workbook, (), [spec.name for spec in specs])
    except InputError:
        return []
    problems: list[Problem] = []
    for spec in specs:
        if spec.name in tables:
            try:
                clean(tables[spec.name], spec)
            except InputError as error:
                problems += error.problems
    return problems


def _check_assumptions(inputs: WorkbookInputs) -> tuple[AssumptionSet, pd.DataFrame]:
    """Assumptions and history; problems of both at once, as far as the history can be checked without the others."""
    try:
        assumptions = AssumptionSet.from_tables(inputs.tables, inputs.settings)
    except InputError as error:
        problems = list(error.problems)
        try:
            clean(inputs.history, HISTORY)
        except InputError as of_history:
            problems += of_history.problems
        raise InputError(problems) from None
    return assumptions, check_experience(inputs.history, assumptions)


def _check_out(workbook: Path, inforce: Path | None, out: Path) -> None:
    _check_file(out, WORKBOOK_ENDINGS)
    ending = workbook.suffix.lower()
    if ending in WORKBOOK_ENDINGS and out.suffix.lower() != ending:
        # Excel refuses a workbook with macros called .xlsx, and one without called .xlsm.
        raise InputError.single("--out", str(out), f"a file name that ends in {ending}, as the workbook's does")
    if inforce is not None and not _same_file(inforce, workbook):
        _check_not_input(out, inforce)


def _check_file(path: Path, endings: Sequence[str]) -> None:
    """Whether ``--out`` can be written, as far as one can know beforehand."""
    if path.suffix.lower() not in endings:
        raise InputError.single("--out", str(path), f"a file name that ends in {' or '.join(endings)}")
    _check_no_folder(path)
    if not path.parent.is_dir():
        raise InputError.single("--out", f"no folder {path.parent}", "a file in a folder that is there")
    _check_folder(path.parent, "--out")


def _check_no_folder(path: Path) -> None:
    if path.is_dir():
        raise InputError.single("--out", f"{path}, which is a folder", "the name of a file")


def _check_not_input(out: Path, inforce: Path | None) -> None:
    if inforce is not None and _same_file(out, inforce):
        raise InputError.single("--out", f"{out}, the in-force file", "another file; it would be overwritten")


def _same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _version(path: Path) -> tuple[int, ...]:
    """What changes when a file is saved; nothing for a file that is not there."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _nearest_folder(folder: Path) -> Path:
    """The folder itself, or the part of its path that is there."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


def _check_folder(folder: Path, option: str) -> None:
    """Whether a folder is there or can be made, and be written to; nothing is made."""
    nearest = _nearest_folder(folder)
    if not nearest.is_dir():
        raise InputError.single(option, f"{nearest}, which is a file", "a folder, there or to be made")
    if not os.access(nearest, os.W_OK):
        raise InputError.single(option, f"folder {nearest}, which can't be written to", "one that can be")


@contextlib.contextmanager
def _results_staged(
    run: FilingRun, checks: Sequence[Any], pages: FilingPages, folder: Path
) -> Iterator[Callable[[], None]]:
    """Results written on the folder's own disk, and a function that puts them in place; other files there stay."""
    with tempfile.TemporaryDirectory(dir=_nearest_folder(folder), prefix=".xl_ltc-") as scratch:
        files = write_results(run, checks, Path(scratch), pages=pages)

        def put_in_place() -> None:
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                os.replace(file, folder / file.name)

        yield put_in_place


def _write_text(path: Path, text: str) -> Path:
    """Written beside and put in place: whole or not at all."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="")
    return path
