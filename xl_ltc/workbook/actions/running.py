"""A run on the user's own workbook and policies."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import time
from pathlib import Path

from xl_ltc.control import Control
from xl_ltc.exhibits.filing_pages import FilingPages
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.recut.keep import check_keep
from xl_ltc.workbook.actions.inputs import named_file, read_inputs
from xl_ltc.workbook.actions.keeping import kept_staged
from xl_ltc.workbook.actions.outputs import IntoWorkbook, Kept, Outcome, Shown, write_run
from xl_ltc.workbook.actions.places import check_folder, check_out, named_folder, version_of
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import CALL, WORKBOOK, Call
from xl_ltc.workbook.run_data import read_earlier_runs


def run_workbook(
    workbook: Path,
    inforce: Path | None,
    out: Path | None,
    results: Path | None,
    progress: Progress,
    sold: Path | None = None,
    keep: Path | None = None,
) -> Outcome:
    """A run on the user's own assumption workbook and in-force file.

    Inputs are read and checked before anything is computed, and everything is computed before anything is written.
    The user's sheets are kept; the output sheets are replaced by this run's.

    Args:
        workbook: the assumption workbook.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for what the Control sheet names.
        out: where the workbook with the results goes; None for ``workbook`` itself.
        results: folder for the results as CSV files; None for the one the Control sheet names, if it does.
        progress: told what is being done.
        sold: policies sold, as ``inforce``; None for what the Control sheet names.
        keep: folder to keep the results in, policy by policy, for recuts; None for none.

    Raises:
        InputError: every problem of the inputs.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
    # A button has its result written under the same name elsewhere, to be put in place later.
    elsewhere = None if out is None or out.name == workbook.name else out
    given = (
        ("", workbook),
        (" --inforce", inforce),
        (" --sold", sold),
        (" --out", elsewhere),
        (" --results", results),
        (" --keep", keep),
    )
    command = "xl-ltc run" + "".join(f"{option} {path.name or path}" for option, path in given if path is not None)
    out = out or workbook
    check_out(workbook, inforce, out)
    if results is not None:
        check_folder(results, "--results")
    if keep is not None:
        check_keep(keep, "--keep")
        check_folder(keep, "--keep")
    version = version_of(workbook)
    inputs = read_inputs(workbook, inforce, progress, out, sold)
    results = results or named_folder(workbook, inputs.control.results_folder, "results_folder on the Control sheet")
    earlier = read_earlier_runs(workbook)
    shown = Shown.of(inputs.run(progress))
    call = Call.of("run", policy_files(workbook, inforce, sold, inputs.control))
    record = manifest(shown.run, command, started, time.perf_counter() - clock, shown.cautions)
    # A button's result is put in place of the workbook.
    record |= {CALL: call.entry((workbook if elsewhere is None else out).parent)}
    into = IntoWorkbook(workbook, version, out, inputs.control, earlier)

    def write_files(pages: FilingPages, folder: Path) -> None:
        write_results(shown.run, shown.checks, folder, pages)

    with contextlib.ExitStack() as stack:
        kept = None
        if keep is not None:
            kept = Kept(keep, stack.enter_context(kept_staged(shown.run, record, keep, progress)))
        outcome = write_run(shown, record, call, into, results, write_files, kept, progress)
    return dataclasses.replace(outcome, warnings=(*outcome.warnings, *inputs.notes))


def policy_files(workbook: Path, inforce: Path | None, sold: Path | None, control: Control) -> dict[str, Path | None]:
    """The files an action on a workbook reads, by their options."""
    return {
        WORKBOOK: workbook,
        "inforce": named_file(workbook, inforce, control.inforce),
        "sold": named_file(workbook, sold, control.policies_sold),
    }
