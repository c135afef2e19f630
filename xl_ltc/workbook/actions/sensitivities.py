"""Scenarios and grids run on a workbook, put on the sheet ``Sensitivities``."""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_ltc.errors import InputError
from xl_ltc.exhibits.manifest import Told, frames_hash, record
from xl_ltc.exhibits.sensitivities_page import CSV_HEADER, csv_lines, sensitivities_page
from xl_ltc.files import in_words, staged
from xl_ltc.projection.results import BASES
from xl_ltc.scenarios.outcome import Sensitivities
from xl_ltc.scenarios.run import run_sensitivities
from xl_ltc.scenarios.specs import GRIDS, SCENARIOS
from xl_ltc.scenarios.tables import Asked, check_scenarios
from xl_ltc.workbook.actions.inputs import WorkbookBasis, check_not_policies, completed, read_basis
from xl_ltc.workbook.actions.places import check_folder, check_out, named_folder, version_of, write_text
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import Call
from xl_ltc.workbook.actions.provenance.manifest_file import write_manifest
from xl_ltc.workbook.actions.putting import inputs_taken, known_by, put_pages
from xl_ltc.workbook.actions.running import policy_files

RESULTS_FILE, SENSITIVITIES_MANIFEST = "sensitivities.csv", "sensitivities_manifest.json"


@dataclass(frozen=True)
class SensitivitiesOutcome:
    """What the action made.

    Attributes:
        found: the runs.
        files: what was written, the workbook first.
        warnings: what the user should know.
        unwritten: what was asked for and could not be written, though the workbook was.
    """

    found: Sensitivities
    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    unwritten: tuple[str, ...] = ()

    @property
    def summary(self) -> tuple[str, ...]:
        """The lines a person reads first."""
        found = self.found
        lines = [
            f"{found.runs:,} runs: the base, {_counted(len(found.scenarios), 'scenario')} and "
            f"{_counted(len(found.grids), 'grid')}",
            "Base: lifetime loss ratio "
            f"{found.base.loss_ratio('before'):.1%} before and {found.base.loss_ratio('after'):.1%} after the increase",
        ]
        if found.scenarios:
            ratios = sorted((of.loss_ratio("after"), scenario.name) for scenario, of in found.scenarios)
            ends = [f"{ratio:.1%} ({name})" for ratio, name in (ratios[0], ratios[-1])]
            lines.append(f"Scenarios: from {ends[0]} to {ends[1]} after the increase")
        return tuple(lines)


def sensitivities_workbook(
    workbook: Path,
    inforce: Path | None,
    out: Path | None,
    results: Path | None,
    progress: Progress,
    names: Sequence[str] = (),
    sold: Path | None = None,
) -> SensitivitiesOutcome:
    """Run the scenarios and grids of a workbook.

    Args:
        workbook: the assumption workbook.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for what the Control sheet names.
        out: where the workbook with the sheet ``Sensitivities`` goes; None for ``workbook`` itself.
        results: folder for the runs as a CSV file; None for the one the Control sheet names, if it does.
        progress: told what is being done; may raise ``Cancelled``.
        names: of the scenarios and grids to run; all of them without any.
        sold: policies sold, as ``inforce``; None for what the Control sheet names.

    Raises:
        InputError: every problem of the inputs; no scenario or grid, or none of such a name.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
    out = out or workbook
    check_out(workbook, inforce, out)
    if results is not None:
        check_folder(results, "--results")
    version = version_of(workbook)
    basis = read_basis(workbook, progress)
    check_not_policies(out, workbook, inforce, sold, basis.inputs)
    control = basis.inputs.control
    results = results or named_folder(workbook, control.results_folder, basis.inputs.places["results_folder"])
    asked = _asked(workbook, basis, names)
    inputs = completed(basis, workbook, inforce, progress, sold)
    sets = inputs.sets([inputs.request.projected], progress)
    mix = sets.mix(inputs.request.projected)
    found = run_sensitivities(inputs.block, basis.history, sets, mix, asked, progress)
    call = Call.of("sensitivities", policy_files(workbook, inforce, sold, control), {"names": list(names) or None})
    progress(f"writing {out.name}")
    known = known_by(inputs) | {"assumption set": mix.name}
    page = sensitivities_page(found, basis.assumptions.settings, known)
    # Another list of scenarios is another list of lines; of those that are gone nobody is told.
    warnings = put_pages(workbook, version, [page], out, [page.sheet])
    cautions = (inputs.caution,) if inputs.caution else ()
    if results is None:
        return SensitivitiesOutcome(found, (out,), (*cautions, *warnings))
    told = Told(f"xl-ltc sensitivities {workbook.name}", started, time.perf_counter() - clock, cautions)
    made_on = inputs_taken(inputs) | {"scenarios_sha256": _scenarios_hash(basis)}
    unplaced = _write_results(found, results, record(made_on, _results(found), told), call)
    files = (out,) if unplaced else (out, results / RESULTS_FILE)
    return SensitivitiesOutcome(found, files, (*cautions, *warnings), unplaced)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _asked(workbook: Path, basis: WorkbookBasis, names: Sequence[str]) -> Asked:
    asked = check_scenarios(basis.inputs.scenarios, basis.assumptions.vocabulary("series"))
    if not asked.names:
        found = f"no rows in tables {SCENARIOS} and {GRIDS}"
        raise InputError.single(
            workbook.name, found, "a scenario or a grid; a workbook made by xl-ltc new has both on its sheet Scenarios"
        )
    return asked.only(names)


def _results(found: Sensitivities) -> dict[str, float]:
    ratios = {f"lifetime_loss_ratio_{basis}": found.base.loss_ratio(basis) for basis in BASES}
    return {"runs": found.runs, **ratios}


def _scenarios_hash(basis: WorkbookBasis) -> str:
    return frames_hash({name: table.frame for name, table in basis.inputs.scenarios.items()})


def _write_results(found: Sensitivities, folder: Path, made: Mapping[str, Any], call: Call) -> tuple[str, ...]:
    """Write the runs as a file; the workbook is written already, and stays good where that can't be done."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(CSV_HEADER.split(","))
    writer.writerows(csv_lines(found))
    try:
        with staged(folder, last=(SENSITIVITIES_MANIFEST,)) as together:
            written = write_text(together.part / RESULTS_FILE, lines.getvalue())
            write_manifest(together.part / SENSITIVITIES_MANIFEST, made, call.entry(folder), [written])
            together.put_in_place()
    except OSError as error:
        return (f"{folder / RESULTS_FILE} is not of this run ({in_words(error)}). The workbook is; do it again.",)
    return ()
