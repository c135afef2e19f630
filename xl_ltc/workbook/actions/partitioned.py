"""A run on an in-force file of any size, by partitions: result files, and the workbook as it was."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.partitioned_run import LEFT_OUT, PartitionedRun, run_partitions
from xl_ltc.inforce.control_totals import plain_totals
from xl_ltc.inforce.parts import parts_of
from xl_ltc.workbook.actions.inputs import caution_of, named_file, read_basis, read_request, read_sold
from xl_ltc.workbook.actions.places import check_folder, nearest_folder
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import Call
from xl_ltc.workbook.actions.provenance.manifest_file import MANIFEST, write_manifest
from xl_ltc.workbook.actions.running import policy_files, summary_lines


@dataclass(frozen=True)
class PartitionedOutcome:
    """What a run by partitions made.

    Attributes:
        found: what was computed.
        files: what was written.
        warnings: what the user should know.
    """

    found: PartitionedRun
    files: tuple[Path, ...]
    warnings: tuple[str, ...]

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
        partitions: how many; None for some 250,000 policies each.
        cluster: address of a Dask scheduler; None for this machine.

    Raises:
        InputError: every problem of the inputs; nothing is written then.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
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
    found = run_partitions(
        file.resolve(), basis.history, basis.assumptions, basis.study, known, request, partitions, cluster, progress
    )
    missing = found.run.pricing.missing if found.run.pricing else ""
    cautions = tuple(
        filter(
            None,
            (
                caution_of(False, basis.assumptions),
                missing and f"No expected loss ratios and no section 18: {missing}",
            ),
        )
    )
    call = Call.of("partitions", policy_files(workbook, inforce, sold, control), {"partitions": partitions})
    command = f"xl-ltc run {workbook.name} --inforce {file.name} --results {results.name} --partitions"
    policies = {"control_totals": plain_totals(found.result.control_totals)}, found.result.affected
    seconds = time.perf_counter() - clock
    record = manifest(found.run, f"{command} {partitions or 'auto'}", started, seconds, cautions, policies)
    progress(f"writing {results.name}")
    with tempfile.TemporaryDirectory(dir=nearest_folder(results), prefix=".xl_ltc-") as scratch:
        files = found.write(Path(scratch))
        results.mkdir(parents=True, exist_ok=True)
        for written in files:
            os.replace(written, results / written.name)
    write_manifest(results / MANIFEST, record, call.entry(results), [results / written.name for written in files])
    warnings = (
        *cautions,
        f"{workbook.name} is as it was: a run by partitions writes result files only.",
        f"Not among them, as they need each policy: {', '.join(LEFT_OUT)}.",
    )
    return PartitionedOutcome(found, (results,), warnings)
