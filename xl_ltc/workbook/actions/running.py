"""A run on the user's own workbook and policies."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_ltc.control import Control
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_pages import filing_exhibits, filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.reconcile import reconcile, stands_for_the_filing
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.exhibits.table import serial
from xl_ltc.files import staged
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.recut.keep import check_keep
from xl_ltc.workbook import last_run
from xl_ltc.workbook.actions.inputs import Inputs, named_file, read_inputs
from xl_ltc.workbook.actions.keeping import kept_staged
from xl_ltc.workbook.actions.places import check_folder, check_out, version_of
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import CALL, WORKBOOK, Call
from xl_ltc.workbook.actions.provenance.manifest_file import put_to_stay
from xl_ltc.workbook.actions.putting import put_or_say
from xl_ltc.workbook.layout import LISTS
from xl_ltc.workbook.package import graft
from xl_ltc.workbook.render import InputSheets, OutputSheets, write_workbook
from xl_ltc.workbook.run_data import read_earlier_runs


@dataclass(frozen=True)
class Outcome:
    """What an action made.

    Attributes:
        run: what was computed.
        files: what was written, in order.
        warnings: what the user should know.
        unwritten: what was asked for and could not be written, though the workbook was.
    """

    run: FilingRun
    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    unwritten: tuple[str, ...] = ()

    @property
    def summary(self) -> tuple[str, ...]:
        """The lines a person reads first."""
        run = self.run
        return summary_lines(run.policies, run.affected, run.experience)


def summary_lines(policies: int, affected: int, experience: Experience) -> tuple[str, ...]:
    """The lines a person reads first of a run."""
    test = experience.test_58_85()
    return (
        f"{policies:,} policies, {affected:,} affected by the increase",
        f"Lifetime loss ratio {experience.lifetime_loss_ratio('before'):.0%} before and "
        f"{experience.lifetime_loss_ratio('after'):.0%} after the increase",
        f"58%/85% test {'passed' if test.passed else 'FAILED'}: "
        f"claims {test.item_7:,.0f} against premium times factors {test.item_5:,.0f}",
    )


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
    if results is None and inputs.control.results_folder:
        results = workbook.parent / inputs.control.results_folder
        check_folder(results, "results_folder on the Control sheet")
    earlier = read_earlier_runs(workbook)
    run = inputs.run(progress)
    exhibits = filing_exhibits(run)
    checks = reconcile(run, exhibits) if stands_for_the_filing(run) else []
    missing = run.pricing.missing if run.pricing else ""
    cautions = (*filter(None, (run.caution, missing and f"No expected loss ratios and no section 18: {missing}")),)
    call = Call.of("run", policy_files(workbook, inforce, sold, inputs.control))
    record = manifest(run, command, started, time.perf_counter() - clock, cautions)
    # A button's result is put in place of the workbook.
    record |= {CALL: call.entry((workbook if elsewhere is None else out).parent)}
    progress(f"writing {out.name}")
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pages = filing_pages(run, checks, exhibits)
        sheets = OutputSheets.of(run, pages, record, earlier)
        rendered = write_workbook(scratch / "run.xlsx", InputSheets.of(run, inputs.control), sheets)
        put_in_place = None
        if results is not None:
            together = stack.enter_context(staged(results))
            write_results(run, checks, together.part, pages)
            put_in_place = functools.partial(put_to_stay, together, record, call, out)
        finish = None if keep is None else stack.enter_context(kept_staged(run, record, keep, progress))
        if version_of(workbook) != version:
            raise InputError.single(str(workbook), "a workbook changed since the run read it", "run it again")
        progress("putting the sheets in place")
        # Before the first run the sheets say what they wait for, which is nobody's loss.
        lists = LISTS if earlier.last or earlier.unread else sheets.sheets
        report = graft(workbook, rendered, sheets.sheets, out, lists, sheets.status | _set_on_control(inputs))
        unplaced = (
            () if put_in_place is None else put_or_say(put_in_place, f"The files in {results} are not of this run")
        )
        unkept = () if finish is None else put_or_say(finish, f"The run is not kept in {keep}")
    warnings = (*cautions, *inputs.notes, *report.warnings, *remembered(run, record, out))
    written = (out, None if unplaced else results, None if unkept else keep)
    return Outcome(run, tuple(path for path in written if path is not None), warnings, (*unplaced, *unkept))


def policy_files(workbook: Path, inforce: Path | None, sold: Path | None, control: Control) -> dict[str, Path | None]:
    """The files an action on a workbook reads, by their options."""
    return {
        WORKBOOK: workbook,
        "inforce": named_file(workbook, inforce, control.inforce),
        "sold": named_file(workbook, sold, control.policies_sold),
    }


def _set_on_control(inputs: Inputs) -> dict[str, str | float]:
    """What the Settings sheet shows of the settings on the Control sheet."""
    settings = inputs.assumptions.settings
    values = {f.name: getattr(settings, f.name) for f in dataclasses.fields(settings) if f.metadata["on_control"]}
    return {name: serial(value) if isinstance(value, dt.date) else value for name, value in values.items()}


def remembered(run: FilingRun, record: Mapping[str, Any], workbook: Path) -> tuple[str, ...]:
    """Keep the results for LTC_RESULT; what is written stays good where that can't be done."""
    try:
        last_run.remember(run, record, workbook)
    except OSError as error:
        return (f"LTC_RESULT will not show this run; its results can't be kept in {last_run.folder()} ({error}).",)
    return ()
