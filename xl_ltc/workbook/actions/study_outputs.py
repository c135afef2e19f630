"""What a study writes: its sheets, the tables that can be carried into a filing, the files of results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.exhibit_a1 import exhibit_a1b
from xl_ltc.exhibits.exhibit_a2 import exhibit_a2
from xl_ltc.exhibits.exhibit_a3 import exhibit_a3b
from xl_ltc.exhibits.study.actual_to_expected import morbidity_page, mortality_page
from xl_ltc.exhibits.study.carried import FITTED, experience_page, fitted_page
from xl_ltc.exhibits.study.lapse import lapse_page
from xl_ltc.exhibits.study.models import factors_page, paths_page, penalties_page
from xl_ltc.exhibits.study.record import study_manifest
from xl_ltc.exhibits.study.summary import Told, summary_page
from xl_ltc.exhibits.table import Page
from xl_ltc.experience.conduct import StudyResult
from xl_ltc.experience.lapse_graduation import TABLE as LAPSE_TABLE
from xl_ltc.experience.lapse_graduation import proposed_table
from xl_ltc.experience.study import FULL_CREDIBILITY, LIFETIME_PAY, PARAMETERS, TEN_PAY, Study, check_study
from xl_ltc.experience.study_tables import experience_tables
from xl_ltc.tables import InputTable
from xl_ltc.workbook.actions.places import write_text
from xl_ltc.workbook.actions.study_inputs import Asked, StudyData, bundled_parameters


@dataclass(frozen=True)
class StudySheets:
    """What a study shows.

    Attributes:
        pages: its sheets; carried: tables that can be carried into a filing, by name; record: of the run.
    """

    pages: tuple[Page, ...]
    carried: Mapping[str, pd.DataFrame]
    record: Mapping[str, Any]


@dataclass(frozen=True)
class _Studied:
    """What the filing's exhibits of experience are built from."""

    assumptions: AssumptionSet
    study: Study


@dataclass(frozen=True)
class Known:
    """What is known of a run.

    Attributes:
        command: what the user asked for; started: when; seconds: how long it took.
        left_out: entries its record goes without.
    """

    command: str
    started: dt.datetime
    seconds: float
    left_out: Collection[str] = ()


def study_sheets(result: StudyResult, asked: Asked, data: StudyData, known: Known) -> StudySheets:
    """The sheets of a study.

    Args:
        result, asked, data: what was found, on what choices, in what; known: of the run.

    Raises:
        InputError: no number of lapses for full credibility among the parameters.
    """
    parameters = asked.tables.get(PARAMETERS) or InputTable(bundled_parameters())
    experience = experience_tables(result)
    given = {name: InputTable(frame.astype(object)) for name, frame in experience.items()}
    study = check_study({PARAMETERS: parameters, **given})
    full = float(study[PARAMETERS].set_index("parameter")["value"].loc[FULL_CREDIBILITY])
    studied = _Studied(result.assumptions, study)
    fitted = {**result.mortality.tables, **result.morbidity.tables, LAPSE_TABLE: proposed_table(result, full)}
    models = (result.mortality, result.morbidity)
    warnings = (*data.cautions, *(note for model in models for note in model.notes))
    full_record = study_manifest(result, data.tables, known.command, known.started, known.seconds, warnings)
    record = {key: value for key, value in full_record.items() if key not in known.left_out}
    told = Told(record, f"{known.started:%Y-%m-%d %H:%M}", asked.control.study_name, warnings)
    pages = (
        summary_page(result, told),
        exhibit_a1b(studied),
        exhibit_a2(studied, LIFETIME_PAY),
        exhibit_a2(studied, TEN_PAY),
        exhibit_a3b(studied),
        mortality_page(result),
        morbidity_page(result),
        *(factors_page(model) for model in models),
        lapse_page(result, full),
        *(penalties_page(model) for model in models),
        *(paths_page(model) for model in models),
        fitted_page(fitted),
        experience_page(experience),
    )
    return StudySheets(pages, {**{FITTED + name: frame for name, frame in fitted.items()}, **experience}, record)


def write_study_results(result: StudyResult, carried: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write the results as CSV files into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_text(folder / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
        for name, frame in {**_frames(result), **carried}.items()
    ]


def _frames(result: StudyResult) -> dict[str, pd.DataFrame]:
    """The results files by name: actual to expected, lapse, levels, penalties and paths of the models."""
    found = {
        "study_mortality": result.mortality_ae,
        "study_morbidity": result.morbidity_ae,
        "study_further": result.further_ae,
        "study_lapse": _in_words(result),
    }
    for model in (result.mortality, result.morbidity):
        name, fit = model.title.lower(), model.fit
        found[f"{name}_factors"] = model.levels
        found[f"{name}_penalties"] = pd.DataFrame(
            {"penalty": fit.penalties, "deviance": fit.mean, "standard_error": fit.error, "nonzero": fit.nonzero}
        )
        path = pd.DataFrame(fit.path.T, columns=[f"{penalty!r}" for penalty in fit.penalties.tolist()])
        found[f"{name}_paths"] = pd.concat([model.levels[["group", "column", "row"]], path], axis=1)
    return found


def _in_words(result: StudyResult) -> pd.DataFrame:
    """Terminations with the names of payment options and partner statuses instead of their codes."""
    names = {name: np.array(result.assumptions.vocabulary(name)) for name in ("premium_payment", "partner_status")}
    return result.lapse.assign(**{name: of[result.lapse[name].to_numpy()] for name, of in names.items()})
