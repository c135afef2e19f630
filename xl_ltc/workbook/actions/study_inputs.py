"""What a study stands on: choices, assumptions, and histories or cells, from a workbook and from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.assumptions.specs import SPECS
from xl_ltc.control import ILLUSTRATIVE, TABLE, StudyControl
from xl_ltc.errors import InputError
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.cells import EXPERIENCE_CELLS, check_cells
from xl_ltc.experience.history import CHARACTERISTICS, CLAIM_HISTORY, POLICY_HISTORY
from xl_ltc.experience.history_checks import check_histories
from xl_ltc.experience.records import FromCells, FromHistories, Source
from xl_ltc.experience.study import FULL_CREDIBILITY, PARAMETERS, bundled_study
from xl_ltc.illustration.block import illustrate
from xl_ltc.illustration.experience import illustrative_experience
from xl_ltc.inforce.read import read_inforce, record_locator
from xl_ltc.input_files import is_file
from xl_ltc.tables import InputTable, column_names
from xl_ltc.workbook.actions.places import WORKBOOK_ENDINGS
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.read import read_tables, typed_choices
from xl_ltc.workbook.study_layout import STUDY_TABLE

CAUTION = "Illustrative: the histories are drawn from the filing's assumptions, no company's (docs/illustration.md)."
_DATA = (PARAMETERS, POLICY_HISTORY.name, CLAIM_HISTORY.name, EXPERIENCE_CELLS.name)


@dataclass(frozen=True)
class StudyData:
    """What is studied, checked.

    Attributes:
        source: of the records; tables: the same as tables, for the run's record.
        cautions: what a reader of the exhibits must know of the data.
    """

    source: Source
    tables: Mapping[str, pd.DataFrame]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A study's workbook, or what stands for one, checked.

    Attributes:
        basis, control: the choices; places: where each stands.
        assumptions: the current ones.
        tables: those of the data that stand in the workbook, as they stand.
    """

    basis: StudyBasis
    control: StudyControl
    places: Mapping[str, str]
    assumptions: AssumptionSet
    tables: Mapping[str, InputTable]


def bundled_parameters() -> pd.DataFrame:
    """The parameters a study needs, from the filing."""
    frame = bundled_study()[PARAMETERS]
    return frame[frame["parameter"] == FULL_CREDIBILITY].reset_index(drop=True)


def read_study(workbook: Path) -> Asked:
    """The choices, the assumptions and the tables of data of a study's workbook.

    Raises:
        InputError: a table or choice missing or not allowed; every problem of the assumptions.
    """
    tables = read_tables(workbook, [STUDY_TABLE, *(spec.name for spec in SPECS)], _DATA)
    (basis, control), places = typed_choices({STUDY_TABLE: tables[STUDY_TABLE]}, (StudyBasis, StudyControl))
    assumptions = AssumptionSet.from_tables({spec.name: tables[spec.name] for spec in SPECS})
    return Asked(basis, control, places, assumptions, {n: t for n, t in tables.items() if n in _DATA})


def read_study_choices(workbook: Path) -> tuple[StudyBasis, StudyControl, dict[str, str]]:
    """The choices of a study's workbook, and where each stands."""
    (basis, control), places = typed_choices(read_tables(workbook, [STUDY_TABLE]), (StudyBasis, StudyControl))
    return basis, control, places


@dataclass(frozen=True)
class DataFiles:
    """The files with a study's data; None for what does not stand in a file.

    Attributes:
        policies: histories, or cells; claims: of histories.
    """

    policies: Path | None
    claims: Path | None

    @classmethod
    def of(cls, asked: Asked, folder: Path, policies: Path | None, claims: Path | None) -> DataFiles:
        """The files that are given, or else those the choices name, their paths from a folder on.

        Raises:
            InputError: a file that is not there.
        """
        control = asked.control
        named = {
            "policies": (policies, control.policies, (ILLUSTRATIVE, TABLE)),
            "claims": (claims, control.claims, (TABLE,)),
        }
        found = {}
        for name, (given, chosen, words) in named.items():
            file = given or (None if chosen in words else folder / chosen)
            if file is not None and not is_file(file):
                place = asked.places.get(name, f"--{name}") if given is None else f"--{name}"
                allowed = ", ".join((*words, f"or a file; {file} is none"))
                raise InputError.single(place, f"{name} = {chosen if given is None else str(given)!r}", allowed)
            found[name] = file
        return cls(found["policies"], found["claims"])


def read_data(asked: Asked, files: DataFiles, progress: Progress) -> StudyData:
    """What is studied.

    Args:
        asked: the choices, the assumptions, and the tables of the workbook itself; files: with data.
        progress: told what is being done.

    Raises:
        InputError: every problem of the data.
    """
    if files.policies is None and asked.control.policies == ILLUSTRATIVE:
        progress("drawing illustrative histories")
        drawn = illustrative_experience(illustrate(bundled()), bundled())
        policies, claims = (InputTable(frame, record_locator("illustrative histories")) for frame in drawn)
        return _of_histories(policies, claims, asked, (CAUTION,))
    found = asked.tables
    if files.policies is not None:
        progress(f"reading {files.policies.name}")
        found = _tables_of(files.policies)
    cells, histories = found.get(EXPERIENCE_CELLS.name), found.get(POLICY_HISTORY.name)
    if cells is not None and histories is None:
        frame = check_cells(cells, {name: asked.assumptions.vocabulary(name) for name in CHARACTERISTICS})
        return StudyData(FromCells(frame, asked.basis, asked.assumptions), {EXPERIENCE_CELLS.name: frame})
    if histories is None or cells is not None:
        place = "this workbook" if files.policies is None else files.policies.name
        neither = f"rows in neither table {POLICY_HISTORY.name} nor table {EXPERIENCE_CELLS.name}"
        both = f"rows in table {POLICY_HISTORY.name} and in table {EXPERIENCE_CELLS.name}"
        raise InputError.single(place, neither if histories is None else both, "rows in one of them")
    claim_table = found.get(CLAIM_HISTORY.name)
    if files.claims is not None:
        progress(f"reading {files.claims.name}")
        claim_table = _file(files.claims, CLAIM_HISTORY.name)
    return _of_histories(histories, claim_table, asked)


def _tables_of(file: Path) -> dict[str, InputTable]:
    """Histories, claims or cells of a file; what a file of text or records holds, its columns say."""
    if file.suffix.lower() in WORKBOOK_ENDINGS:
        return read_tables(file, (), _DATA[1:])
    table = read_inforce(file)
    is_cells = "exposure" in column_names(table.frame)
    return {(EXPERIENCE_CELLS if is_cells else POLICY_HISTORY).name: table}


def _file(file: Path, name: str) -> InputTable:
    return read_tables(file, (name,))[name] if file.suffix.lower() in WORKBOOK_ENDINGS else read_inforce(file)


def _of_histories(
    policies: InputTable, claims: InputTable | None, asked: Asked, cautions: tuple[str, ...] = ()
) -> StudyData:
    vocabulary = {name: asked.assumptions.vocabulary(name) for name in CHARACTERISTICS}
    histories = check_histories(policies, claims, vocabulary, asked.basis)
    tables = {POLICY_HISTORY.name: histories.policies, CLAIM_HISTORY.name: histories.claims}
    return StudyData(FromHistories.of(histories, asked.basis, asked.assumptions), tables, cautions)
