"""An experience study from a workbook or from files, put into a workbook; and its numbers carried into a filing."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import os
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.control import ILLUSTRATIVE, StudyControl
from xl_ltc.errors import InputError, Problem
from xl_ltc.exhibits.study.carried import CARRIED_SHEET, FITTED, CarriedNumber, log_page
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.conduct import StudyResult, conduct_study
from xl_ltc.experience.factor_tables import MORBIDITY_FACTORS, MORTALITY_FACTORS
from xl_ltc.experience.lapse_graduation import TABLE as LAPSE_TABLE
from xl_ltc.experience.study import LAPSE, MORBIDITY, MORTALITY, PARAMETERS
from xl_ltc.files import SUMS, made, seal, staged
from xl_ltc.input_files import is_file
from xl_ltc.tables import InputTable
from xl_ltc.workbook.actions.carrying import Carried, carry_tables
from xl_ltc.workbook.actions.places import (
    WORKBOOK_ENDINGS,
    check_folder,
    check_no_folder,
    check_out,
    named_folder,
    same_file,
    version_of,
)
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import WORKBOOK, Call
from xl_ltc.workbook.actions.provenance.manifest_file import MANIFEST, put_with_manifest, write_manifest
from xl_ltc.workbook.actions.putting import put_or_say, put_pages
from xl_ltc.workbook.actions.study_inputs import (
    Asked,
    DataFiles,
    bundled_parameters,
    read_data,
    read_study,
    read_study_choices,
)
from xl_ltc.workbook.actions.study_outputs import Known, StudySheets, study_sheets, write_study_results
from xl_ltc.workbook.package import graft
from xl_ltc.workbook.read import read_tables, read_what_is_there
from xl_ltc.workbook.study_book import StudyInputs, StudyOutputs, write_study_workbook
from xl_ltc.workbook.study_layout import STUDY_TABLE

STUDY_WORKBOOK, RESULTS = "ltc_experience_study.xlsx", "results"


@dataclass(frozen=True)
class StudyOutcome:
    """What a study made.

    Attributes:
        result: what was found.
        files: what was written, the workbook first.
        warnings: what the user should know.
        unwritten: what was asked for and could not be written, though the workbook was.
    """

    result: StudyResult
    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    unwritten: tuple[str, ...] = ()

    @property
    def summary(self) -> tuple[str, ...]:
        """The lines a person reads first."""
        t = self.result.totals
        lines = [
            f"{t['exposure']:,.0f} life-years, {t['deaths']:,.0f} deaths, {t['lapses']:,.0f} lapses, "
            f"{t['claim_count']:,.0f} claims",
        ]
        for words, actual, expected in (
            ("Deaths", "deaths", ("expected_2012_iam", "expected_adjusted", "expected_fitted")),
            ("Claims", "actual_claims", ("guidelines_claims", "adjusted_claims", "fitted_claims")),
        ):
            ratios = [f"{t[actual] / t[name]:.2f}" if t[name] else "N/A" for name in expected]
            lines.append(
                f"{words}: actual to expected {ratios[0]} on the benchmark, {ratios[1]} on the current factors, "
                f"{ratios[2]} on the fitted ones"
            )
        return tuple(lines)


def study(data: Path | None, claims: Path | None, out: Path | None, progress: Progress) -> StudyOutcome:
    """Conduct a study of what a path leads to.

    Args:
        data: a study's workbook, or a file of histories or cells; None for the illustrative histories.
        claims: a file with the claims of the histories.
        out: a folder, or for a study's workbook also a workbook, or None for itself.
        progress: told what is being done.

    Raises:
        InputError: as ``study_workbook`` and ``study_data``; no folder for the study of a file.
    """
    if data is None or not _is_study_workbook(data):
        if out is None or out.suffix.lower() in WORKBOOK_ENDINGS:
            found = "nothing" if out is None else str(out)
            raise InputError.single("--out", found, "a folder for the workbook and the results")
        return study_data(data, claims, out, progress)
    if out is None or out.suffix.lower() in WORKBOOK_ENDINGS:
        return study_workbook(data, out, None, progress, claims)
    check_folder(out, "--out")
    with made(out):
        return study_workbook(data, out / data.name, out / RESULTS, progress, claims)


def _is_study_workbook(path: Path) -> bool:
    return path.suffix.lower() in WORKBOOK_ENDINGS and bool(read_what_is_there(path, [STUDY_TABLE]))


def study_workbook(
    workbook: Path,
    out: Path | None,
    results: Path | None,
    progress: Progress,
    claims: Path | None = None,
    policies: Path | None = None,
) -> StudyOutcome:
    """Conduct the study that a workbook asks for, and put its sheets into the workbook.

    Args:
        workbook: with a table ``study`` and the assumption tables.
        out: where the workbook with the results goes; None for ``workbook`` itself.
        results: folder for the results as CSV files; None for the one the workbook names, if any.
        progress: told what is being done.
        claims: a file with the claims of the histories; policies: one with the histories or cells; None for what the
            workbook names.

    Raises:
        InputError: every problem of the workbook; if there is none, every problem of the data.
    """
    out = out or workbook
    check_out(workbook, None, out)
    version = version_of(workbook)
    progress(f"reading {workbook.name}")
    asked = read_study(workbook)
    if results is not None:
        check_folder(results, "--out")
    results = results or named_folder(workbook, asked.control.results_folder, asked.places["results_folder"])
    files = DataFiles.of(asked, workbook.parent, policies, claims)
    _check_kept(out, files, workbook)
    conducted = _conduct(asked, files, f"xl-ltc study {workbook.name}", progress)
    call = Call.of("study", {WORKBOOK: workbook, "policies": files.policies, "claims": files.claims})
    progress(f"writing {out.name}")
    outputs = conducted.outputs
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.nullcontext() if results is None else staged(results) as together,
    ):
        rendered = write_study_workbook(Path(folder) / "rendered.xlsx", conducted.inputs, outputs)
        if version_of(workbook) != version:
            raise InputError.single(str(workbook), "a workbook changed since it was read", "do it again")
        if together is not None:
            write_study_results(outputs.result, conducted.sheets.carried, together.part)
        warnings = graft(workbook, rendered, outputs.sheets, out, outputs.sheets, outputs.status).warnings
        unplaced: tuple[str, ...] = ()
        if together is not None:
            put_in_place = functools.partial(put_with_manifest, together, conducted.sheets.record, call)
            unplaced = put_or_say(put_in_place, f"The files in {results} are not of this study")
    written = (out,) if results is None or unplaced else (out, results)
    return StudyOutcome(outputs.result, written, (*conducted.cautions, *warnings), unplaced)


def study_data(policies: Path | None, claims: Path | None, folder: Path, progress: Progress) -> StudyOutcome:
    """Conduct a study of files on the bundled assumptions and the default choices, into a folder.

    Args:
        policies: histories or cells (.parquet, .csv, .xlsx); None for the illustrative ones; claims: of histories.
        folder: gets a workbook, the results as CSV files and the study's record.
        progress: told what is being done.

    Raises:
        InputError: every problem of the data; the folder can't be made or written to; it holds the data.
    """
    check_folder(folder, "--out")
    out, results, log = folder / STUDY_WORKBOOK, folder / RESULTS, folder / MANIFEST
    control = StudyControl(policies=ILLUSTRATIVE if policies is None else _relative(policies, folder))
    if claims is not None:
        control = dataclasses.replace(control, claims=_relative(claims, folder))
    asked = _bundled(control)
    files = DataFiles.of(asked, folder, policies, claims)
    for file in (out, log):
        check_no_folder(file)
        _check_kept(file, files)
    name = ILLUSTRATIVE if policies is None else policies.name
    conducted = _conduct(asked, files, f"xl-ltc study {name} --out {folder.name or folder}", progress)
    call = Call.of("study", {"policies": files.policies, "claims": files.claims})
    progress(f"writing {out.name}")
    outputs = conducted.outputs
    with staged(folder, last=(f"{RESULTS}/{SUMS}", MANIFEST)) as together:
        write_study_workbook(together.part / STUDY_WORKBOOK, conducted.inputs, outputs)
        written = write_study_results(outputs.result, conducted.sheets.carried, together.part / RESULTS)
        seal(together.part / RESULTS)
        write_manifest(together.part / MANIFEST, conducted.sheets.record, call.entry(folder), written)
        together.put_in_place()
    return StudyOutcome(outputs.result, (out, results, log), conducted.cautions)


def illustrative_study(command: str, started: dt.datetime, left_out: Collection[str]) -> Conducted:
    """The study of the illustrative histories on the bundled assumptions.

    Args:
        command, started: as its record has them; left_out: entries of the record that differ by machine or day.
    """
    asked = _bundled(StudyControl())
    return _conduct(asked, DataFiles(None, None), command, lambda _: None, started, left_out)


@dataclass(frozen=True)
class Conducted:
    """A study that has been conducted: what its workbook is made of, its sheets, and what a reader should know."""

    inputs: StudyInputs
    outputs: StudyOutputs
    sheets: StudySheets
    cautions: tuple[str, ...]


def _conduct(
    asked: Asked,
    files: DataFiles,
    command: str,
    progress: Progress,
    started: dt.datetime | None = None,
    left_out: Collection[str] = (),
) -> Conducted:
    started, clock = started or dt.datetime.now().astimezone(), time.perf_counter()
    data = read_data(asked, files, progress)
    result = conduct_study(data.source, asked.basis, asked.assumptions, progress)
    known = Known(command, started, time.perf_counter() - clock, left_out)
    sheets = study_sheets(result, asked, data, known)
    return Conducted(_inputs(asked), StudyOutputs(sheets.pages, result), sheets, tuple(sheets.record["warnings"]))


def illustrative_inputs() -> StudyInputs:
    """What stands on the input sheets of a workbook for the study of the illustrative histories."""
    return _inputs(_bundled(StudyControl()))


def _inputs(asked: Asked) -> StudyInputs:
    own = {PARAMETERS: asked.tables[PARAMETERS].frame} if PARAMETERS in asked.tables else {}
    return StudyInputs(asked.basis, asked.control, asked.assumptions.tables.frames, own)


def _bundled(control: StudyControl) -> Asked:
    return Asked(StudyBasis(), control, {}, bundled(), {PARAMETERS: InputTable(bundled_parameters())})


def _check_kept(out: Path, files: DataFiles, workbook: Path | None = None) -> None:
    """Raises InputError where a file with data would be overwritten; tables of the workbook itself are kept there."""
    for file in (files.policies, files.claims):
        if file is not None and same_file(file, out) and not (workbook is not None and same_file(out, workbook)):
            raise InputError.single("--out", f"{out}, a file with the data", "another file; it would be overwritten")


def carry_study(
    workbook: Path, filing: Path | None, into: Path | None, out: Path | None, progress: Progress
) -> Carried:
    """Carry what a study's workbook shows of its last study into a filing workbook, and list it on a sheet.

    Args:
        workbook: of the study, run before.
        filing: the filing workbook; None for the one the study's workbook names.
        into: where the filing workbook with the numbers goes; None for ``filing`` itself.
        out: where the study's workbook with the sheet ``Carried`` goes; None for itself.
        progress: told what is being done.

    Raises:
        InputError: no study has been run in the workbook; no filing workbook; what ``carry_tables`` refuses.
    """
    out = out or workbook
    check_out(workbook, filing, out)
    version = version_of(workbook)
    progress(f"reading {workbook.name}")
    _, control, places = read_study_choices(workbook)
    filing = filing or _filing(workbook, control, places["filing_workbook"])
    wanted = _wanted(control.carry)
    found = read_tables(workbook, (), tuple(wanted))
    missing = [name for name in wanted if name not in found]
    if missing:
        allowed = "a study run in this workbook before (Run study)"
        raise InputError.single(workbook.name, f"no table {missing[0]} with rows", allowed)
    frames = {wanted[name]: table.frame for name, table in found.items()}
    try:
        carried = carry_tables(workbook, frames, filing, into, progress)
    except InputError as error:
        if control.carry in ("factors", "experience"):
            raise
        hint = Problem(places["carry"], f"carry = {control.carry!r}", "factors, to carry those without the experience")
        raise InputError([*error.problems, hint]) from None
    numbers = [
        CarriedNumber(c.table, ", ".join(c.key), c.column, c.before, c.after, f"{c.sheet}!{c.cell}")
        for c in carried.changes.changes
    ]
    warnings = put_pages(workbook, version, [log_page(numbers, carried.out.name)], out, [CARRIED_SHEET])
    return dataclasses.replace(carried, warnings=(*carried.warnings, *warnings))


def _filing(workbook: Path, control: StudyControl, place: str) -> Path:
    if not control.filing_workbook:
        raise InputError.single(place, "no filing_workbook", "the filing workbook that is to get the numbers")
    filing = workbook.parent / control.filing_workbook
    if not is_file(filing):
        raise InputError.single(place, f"filing_workbook = {control.filing_workbook!r}", f"a file; {filing} is none")
    return filing


def _wanted(carry: str) -> dict[str, str]:
    """The study's tables to be carried, and the names of the filing's they go to."""
    wanted: dict[str, str] = {}
    if "factors" in carry:
        wanted |= {FITTED + group.table: group.table for group in (*MORTALITY_FACTORS, *MORBIDITY_FACTORS)}
    if "lapse" in carry:
        wanted |= {FITTED + LAPSE_TABLE: LAPSE_TABLE}
    if "experience" in carry:
        wanted |= {name: name for name in (MORTALITY, LAPSE, MORBIDITY)}
    return wanted


def _relative(file: Path, folder: Path) -> str:
    """A file's path as a workbook in a folder names it."""
    try:
        return Path(os.path.relpath(file.absolute(), folder.absolute())).as_posix()
    except ValueError:  # on another drive
        return file.absolute().as_posix()
