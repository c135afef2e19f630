"""Building the workbooks: the same code gives the same files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.control import TABLE, Control
from xl_ltc.exhibits.audit import sample_policies
from xl_ltc.exhibits.filing_pages import filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.instructions import instructions_page
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.reconcile import reconcile
from xl_ltc.experience.study import nothing_given
from xl_ltc.inforce.history import HISTORY
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.settings import Settings
from xl_ltc.tables import TableSpec
from xl_ltc.workbook import buttons, study_layout
from xl_ltc.workbook.actions import illustrative_inputs, illustrative_run, illustrative_study
from xl_ltc.workbook.layout import INFORCE as INFORCE_SHEET
from xl_ltc.workbook.layout import SHEETS
from xl_ltc.workbook.policy_audit import write_policy_audit
from xl_ltc.workbook.render import InputSheets, OutputSheets, write_workbook
from xl_ltc.workbook.sheets.control import Macros
from xl_ltc.workbook.study_book import StudyInputs, StudyOutputs, write_study_workbook
from xl_ltc_udfs.excel.workbook_macros import macros

FILING, BLANK, AUDIT, STUDY = "filing", "blank", "audit", "study"
FILES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        FILING: ("ltc_rate_filing.xlsx", "ltc_rate_filing.xlsm"),
        BLANK: ("ltc_blank_filing.xlsx", "ltc_blank_filing.xlsm"),
        AUDIT: ("ltc_policy_audit.xlsx",),
        STUDY: ("ltc_experience_study.xlsx", "ltc_experience_study.xlsm"),
    }
)
"""File names of each kind; those with buttons end in .xlsm."""

_CREATED = dt.datetime(2018, 6, 26)
"""The date the files say they were made, the reference filing's: the same files every time."""
_BLANK_TABLES = ("claim_cost", "claim_cost_relativity")
"""Illustrative assumptions, of which only the keys are left."""
_OF_THIS_RUN = ("code_sha256", "python", "libraries", "machine", "seconds", "started", "xl_ltc")
"""Entries of a manifest that differ from one machine or day to another."""


def write(kind: str, path: Path) -> Path:
    """Write a workbook of a kind to start from; with buttons if the file name ends in .xlsm.

    A study's has not been run, which would take a minute and the packages of a study.

    Raises:
        OSError: the file can't be written.
    """
    return _WRITERS[kind](path)


def build(folder: Path) -> list[Path]:
    """Write every bundled workbook into a folder, the study's run."""
    writers = {**_WRITERS, STUDY: _write_study}
    return [writers[kind](folder / name) for kind, names in FILES.items() for name in names]


def _macros(path: Path, sheets: tuple[str, ...], kind: str = buttons.FILING) -> Macros | None:
    return macros(sheets, kind) if path.suffix.lower() == ".xlsm" else None


@cache
def _run() -> FilingRun:
    return illustrative_run(lambda _: None)


def _write_filing(path: Path) -> Path:
    run = _run()
    record = manifest(run, "as bundled with xl_ltc", _CREATED, 0.0, (run.caution,))
    record = {"run_id": "bundled", **{k: v for k, v in record.items() if k not in (*_OF_THIS_RUN, "run_id")}}
    outputs = OutputSheets.of(run, filing_pages(run, reconcile(run)), record)
    return write_workbook(path, InputSheets.of(run, Control()), outputs, _macros(path, SHEETS), _CREATED)


def _write_blank(path: Path) -> Path:
    frames = bundled().tables.frames
    tables = {name: _only_keys(frame) if name in _BLANK_TABLES else frame for name, frame in frames.items()}
    control = Control(inforce=TABLE)
    inputs = InputSheets(Settings(), control, tables, _empty(HISTORY), nothing_given(), _empty(INFORCE))
    sheets = (instructions_page().sheet, *SHEETS, INFORCE_SHEET)
    return write_workbook(path, inputs, None, _macros(path, sheets), _CREATED, guide=instructions_page())


def _only_keys(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{c: float("nan") for c in frame.columns if pd.api.types.is_float_dtype(frame[c])})


def _empty(spec: TableSpec) -> pd.DataFrame:
    return pd.DataFrame({column.name: pd.Series(dtype="object") for column in spec.columns})


def _write_audit(path: Path) -> Path:
    run = _run()
    return write_policy_audit(run.block, run.assumptions, sample_policies(run.block), path, _CREATED)


@cache
def _study() -> tuple[StudyInputs, StudyOutputs]:
    conducted = illustrative_study("as bundled with xl_ltc", _CREATED, (*_OF_THIS_RUN, "run_id"))
    return conducted.inputs, conducted.outputs


def _write_study(path: Path) -> Path:
    return write_study_workbook(path, *_study(), _study_macros(path), _CREATED)


def _write_new_study(path: Path) -> Path:
    return write_study_workbook(path, illustrative_inputs(), None, _study_macros(path), _CREATED)


def _study_macros(path: Path) -> Macros | None:
    return _macros(path, study_layout.SHEETS, buttons.STUDY)


_WRITERS: Mapping[str, Callable[[Path], Path]] = MappingProxyType(
    {FILING: _write_filing, BLANK: _write_blank, AUDIT: _write_audit, STUDY: _write_new_study}
)
