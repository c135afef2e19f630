"""A run on an in-force file of any size, by partitions: result files, and the workbook as it was."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import time
from dataclasses import dataclass
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_pages import filing_exhibits, filing_pages
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.partitioned_run import LEFT_OUT, PartitionedRun, run_partitions
from xl_ltc.exhibits.reconcile import reconcile, stands_for_the_filing
from xl_ltc.files import staged
from xl_ltc.inforce.parts import parts_of
from xl_ltc.recut.keep import check_keep, keeping
from xl_ltc.workbook.actions.inputs import caution_of, named_file, read_basis, read_request, read_sold
from xl_ltc.workbook.actions.keeping import finish
from xl_ltc.workbook.actions.places import check_folder
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import Call
from xl_ltc.workbook.actions.provenance.manifest_file import put_with_manifest
from xl_ltc.workbook.actions.putting import put_or_say
from xl_ltc.workbook.actions.running import policy_files, summary_lines


@dataclass(frozen=True)
class PartitionedOutcome:
    """What a run by partitions made.

    Attributes:
        found: what was computed.
        files: what was written.
        warnings: what the user should know.
        unwritten: what was asked for and could not be written, though the results were.
    """

    found: PartitionedRun
    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    unwritten: tuple[str, ...] = ()

    @property
    def summary(self) -> tuple[str, ...]:
        """The lines a person reads first."""
        return summary_lines(self.found.result.policies, self.found.result.affected, self.found.run.experience)


def run_by_partitions(
    workbook: Path,
    inforce: Path | None,
    results: Path | None,
    progress: Progress,
    sold: Path | None = None,
    keep: Path | None = None,
    partitions: int | None = None,
    cluster: str | None = None,
) -> PartitionedOutcome:
    """A run on the user's own workbook and an in-force Parquet file that need not fit into memory.

    Args:
        workbook: the assumption workbook, which is not written to.
        inforce: a Parquet file; None for the one the Control sheet names.
        results: folder for the results; None for the one the Control sheet names.
        progress: told what is being done.
        sold: policies sold; None for what the Control sheet names.
        keep: folder to keep the results in, policy by policy, for recuts; None for none. Workers of a cluster write
            into it themselves, under the same path.
        partitions: how many; None for some 250,000 policies each.
        cluster: address of a Dask scheduler; None for this machine.

    Raises:
        InputError: every problem of the inputs; nothing is written then.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
    given = (("--inforce", inforce), ("--sold", sold), ("--results", results), ("--keep", keep))
    words = [f"xl-ltc run {workbook.name}"]
    words += [f"{option} {path.name or path}" for option, path in given if path is not None]
    words += [f"--partitions {partitions or 'auto'}"] + ([f"--cluster {cluster}"] if cluster else [])
    if keep is not None:
        check_keep(keep, "--keep")
        check_folder(keep, "--keep")
    basis = read_basis(workbook, progress)
    control = basis.inputs.control
    file = named_file(workbook, inforce, control.inforce)
    if file is None:
        named = f"inforce = {control.inforce!r}"
        raise InputError.single(basis.inputs.places["inforce"], named, "a Parquet file, to be read in partitions")
    if results is None and control.results_folder:
        results = workbook.parent / control.results_folder
    if results is None:
        raise InputError.single("--results", "nothing", "the folder that a run by partitions writes its results to")
    check_folder(results, "--results")
    # Of two things wrong with a file, the one that takes a second to find is told first.
    parts_of(file, partitions)
    request = read_request(basis)
    known = read_sold(workbook, inforce, sold, basis, None, progress)
    call = Call.of("partitions", policy_files(workbook, inforce, sold, control), {"partitions": partitions})
    with contextlib.ExitStack() as stack:
        kept = None if keep is None else stack.enter_context(keeping(keep.resolve()))
        found = run_partitions(
            file.resolve(),
            basis.history,
            basis.assumptions,
            basis.study,
            known,
            request,
            partitions,
            cluster,
            None if kept is None else kept.data,
            progress,
            caution_of(False, basis.assumptions),
            control.scenario,
        )
        run = found.run
        exhibits = filing_exhibits(run)
        checks = reconcile(run, exhibits) if stands_for_the_filing(run) else []
        missing = run.pricing.missing if run.pricing else ""
        cautions = (*filter(None, (run.caution, missing and f"No expected loss ratios and no section 18: {missing}")),)
        record = manifest(run, " ".join(words), started, time.perf_counter() - clock, cautions, found.inforce)
        progress(f"writing {results.name}")
        with staged(results) as together:
            found.write(checks, filing_pages(run, checks, exhibits), together.part)
            put_with_manifest(together, record, call)
        unkept: tuple[str, ...] = ()
        if kept is not None:
            keep_it = functools.partial(finish, kept, found.result.kept, run, record)
            unkept = put_or_say(keep_it, f"The run is not kept in {keep}", "The results are in place")
    warnings = (
        *cautions,
        f"{workbook.name} is as it was: a run by partitions writes result files only.",
        f"Not among them, as they need all policies together: {', '.join(LEFT_OUT)}.",
    )
    written = (results, None if unkept else keep)
    return PartitionedOutcome(found, tuple(path for path in written if path is not None), warnings, unkept)
