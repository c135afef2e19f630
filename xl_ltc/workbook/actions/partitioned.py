"""A run on an in-force file of any size, by partitions."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import time
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_pages import FilingPages
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.partitioned_run import LEFT_OUT, run_partitions
from xl_ltc.inforce.parts import parts_of
from xl_ltc.recut.keep import check_keep, keeping
from xl_ltc.workbook.actions.inputs import (
    caution_of,
    check_not_policies,
    named_file,
    read_basis,
    read_request,
    read_sold,
)
from xl_ltc.workbook.actions.keeping import finish
from xl_ltc.workbook.actions.outputs import IntoWorkbook, Kept, Outcome, Shown, write_run
from xl_ltc.workbook.actions.places import check_folder, check_out, named_folder, version_of
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import CALL, Call
from xl_ltc.workbook.actions.running import policy_files
from xl_ltc.workbook.run_data import read_earlier_runs


def run_by_partitions(
    workbook: Path,
    inforce: Path | None,
    results: Path | None,
    progress: Progress,
    sold: Path | None = None,
    keep: Path | None = None,
    partitions: int | None = None,
    cluster: str | None = None,
    out: Path | None = None,
) -> Outcome:
    """A run on the user's own workbook and an in-force Parquet file that need not fit into memory.

    Args:
        workbook: the assumption workbook, which is not written to unless it is ``out``.
        inforce: a Parquet file; None for the one the Control sheet names.
        results: folder for the results; None for the one the Control sheet names, if it does.
        progress: told what is being done.
        sold: policies sold; None for what the Control sheet names.
        keep: folder to keep the results in, policy by policy, for recuts; None for none. Workers of a cluster write
            into it themselves, under the same path.
        partitions: how many; None for some 250,000 policies each.
        cluster: address of a Dask scheduler; None for this machine.
        out: where the workbook with the results goes; None for no workbook.

    Raises:
        InputError: every problem of the inputs; nothing is written then.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
    given = (("--inforce", inforce), ("--sold", sold), ("--out", out), ("--results", results), ("--keep", keep))
    words = [f"xl-ltc run {workbook.name}"]
    words += [f"{option} {path.name or path}" for option, path in given if path is not None]
    if keep is not None:
        check_keep(keep, "--keep")
        check_folder(keep, "--keep")
    if out is not None:
        check_out(workbook, inforce, out)
    version = version_of(workbook)
    basis = read_basis(workbook, progress)
    if out is not None:
        check_not_policies(out, workbook, inforce, sold, basis.inputs)
    control = basis.inputs.control
    file = named_file(workbook, inforce, control.inforce)
    if file is None:
        named = f"inforce = {control.inforce!r}"
        raise InputError.single(basis.inputs.places["inforce"], named, "a Parquet file, to be read in partitions")
    results = results or named_folder(workbook, control.results_folder, basis.inputs.places["results_folder"])
    if results is not None:
        check_folder(results, "--results")
    elif out is None:
        allowed = "the folder that a run by partitions writes its results to, or --out WORKBOOK"
        raise InputError.single("--results", "nothing", allowed)
    # Of two things wrong with a file, the one that takes a second to find is told first.
    parts_of(file, partitions)
    request = read_request(basis)
    known = read_sold(workbook, inforce, sold, basis, None, progress)
    call = Call.of("partitions", policy_files(workbook, inforce, sold, control), {"partitions": partitions})
    into = None if out is None else IntoWorkbook(workbook, version, out, control, read_earlier_runs(workbook))
    with contextlib.ExitStack() as stack:
        folder = None if keep is None else stack.enter_context(keeping(keep.resolve()))
        found = run_partitions(
            file.resolve(),
            basis.history,
            basis.assumptions,
            basis.study,
            known,
            request,
            partitions,
            cluster,
            None if folder is None else folder.data,
            progress,
            caution_of(False, basis.assumptions),
            control.scenario,
        )
        shown = Shown.of(found.run)
        words += [f"--partitions {partitions or 'auto'}"] + ([f"--cluster {cluster}"] if cluster else [])
        record = manifest(
            shown.run, " ".join(words), started, time.perf_counter() - clock, shown.cautions, found.inforce
        )
        if out is not None:
            record |= {CALL: call.entry(out.parent)}
        kept = None
        if keep is not None and folder is not None:
            kept = Kept(keep, functools.partial(finish, folder, found.result.kept, shown.run, record))

        def write_files(pages: FilingPages, into_folder: Path) -> None:
            found.write(shown.checks, pages, into_folder)

        outcome = write_run(shown, record, call, into, results, write_files, kept, progress)
    as_it_was = (f"{workbook.name} is as it was: without --out, a run by partitions writes result files only.",)
    notes = (f"Not in it, as it needs all policies together: {', '.join(LEFT_OUT)}.", *basis.inputs.notes)
    return dataclasses.replace(outcome, warnings=(*outcome.warnings, *(as_it_was if out is None else ()), *notes))
