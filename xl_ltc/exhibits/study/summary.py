"""The first sheet of a study: what was studied, what was found, what to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_ltc.exhibits.run_page import manifest_table
from xl_ltc.exhibits.study.actual_to_expected import MORBIDITY_TABLE, MORTALITY_TABLE
from xl_ltc.exhibits.study.models import CHOSEN, penalty_table
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, live, text
from xl_ltc.experience.conduct import ADJUSTED_CLAIMS, ADJUSTED_DEATHS, FITTED_CLAIMS, FITTED_DEATHS, StudyResult
from xl_ltc.experience.factor_model import EXPECTED_CLAIMS, EXPECTED_DEATHS, FactorModel

SHEET = "Summary"
NO_RUN, NONE = "No run yet", "none"
STATUS = {
    "study_started": "Started",
    "study_named": "Study",
    "study_exposed": "Life-years, deaths, lapses and claims",
    "study_ae": "A:E deaths and claims on the current factors",
    "study_warnings": "Warnings",
}
"""Workbook-wide names of the lines that tell how the last study went, and what each line is."""


@dataclass(frozen=True)
class Told:
    """What is known of a study beside its result.

    Attributes:
        manifest: its record; nested keys are joined by full stops.
        started: when; name: the user's; warnings: what a reader should know.
    """

    manifest: Mapping[str, Any]
    started: str
    name: str
    warnings: tuple[str, ...]


def summary_page(result: StudyResult, told: Told) -> Page:
    """The page of a study."""
    totals = result.totals
    ratios = (totals["deaths"] / totals[ADJUSTED_DEATHS], totals["actual_claims"] / totals[ADJUSTED_CLAIMS])
    values = {
        "study_started": text(told.started),
        "study_named": text(told.name or NONE),
        "study_exposed": text(
            f"{totals['exposure']:,.0f}; {totals['deaths']:,.0f}; {totals['lapses']:,.0f}; {totals['claim_count']:,.0f}"
        ),
        "study_ae": text(f"{ratios[0]:.2f}; {ratios[1]:.2f}"),
        "study_warnings": text("; ".join(told.warnings) or NONE),
    }
    return Page(
        SHEET,
        "What was studied and found: totals, actual to expected, the chosen penalties, warnings, the run's record.",
        ("Experience Study", f"{result.basis.first_day} to {result.basis.study_end}"),
        (
            _status(values),
            _totals(result),
            _models(result),
            manifest_table(told.manifest),
        ),
        tuple(text(warning) for warning in told.warnings),
        one_page=True,
    )


def waiting_page() -> Page:
    """The sheet of a workbook in which no study has been run."""
    return Page(SHEET, "", ("Experience Study", NO_RUN), (_status({name: text(NO_RUN) for name in STATUS}),))


_WORDS, _VALUE, _RATIO = 46.0, 62.0, 14.0


def _status(values: Mapping[str, Cell]) -> Table:
    rows = tuple(Row(name, {"name": text(words), "value": values[name]}) for name, words in STATUS.items())
    columns = (Column("name", "", width=_WORDS), Column("value", "", width=_VALUE))
    return Table("study_status", columns, rows, "The last study", names={name: (name, "value") for name in STATUS})


def _totals(result: StudyResult) -> Table:
    deaths = _lines(
        result, MORTALITY_TABLE, "deaths", (EXPECTED_DEATHS, ADJUSTED_DEATHS, FITTED_DEATHS), "count", "tenths"
    )
    claims = _lines(
        result, MORBIDITY_TABLE, "actual_claims", (EXPECTED_CLAIMS, ADJUSTED_CLAIMS, FITTED_CLAIMS), "money", "money"
    )
    exposure = float(result.totals["exposure"])
    first = {
        "name": text("Exposure, life-years"),
        "value": live(f"={{{MORTALITY_TABLE}!Total.exposure}}", exposure, "count"),
    }
    columns = (
        Column("name", "", width=_WORDS),
        Column("value", "Number", "count", width=_VALUE),
        Column("ae", "Actual to\nexpected", "hundredths", width=_RATIO),
    )
    return Table("study_totals", columns, (Row("exposure", first), *deaths, *claims), "Actual and expected")


_BASES = ("on the benchmark", "on the current factors", "on the fitted factors")


def _lines(
    result: StudyResult, table: str, actual: str, expected: Sequence[str], measure: Measure, of_expected: Measure
) -> tuple[Row, ...]:
    words = "Deaths" if actual == "deaths" else "Incurred claims, dollars"
    totals = {str(name): float(value) for name, value in result.totals.items()}
    rows = [Row(actual, {"name": text(words), "value": live(f"={{{table}!Total.{actual}}}", totals[actual], measure)})]
    for name, basis in zip(expected, _BASES, strict=True):
        ratio = totals[actual] / totals[name] if totals[name] else 0.0
        cells = {
            "name": text(f"{words.split(',')[0]} expected {basis}"),
            "value": live(f"={{{table}!Total.{name}}}", totals[name], of_expected),
            "ae": live(f"=IF({{value}}=0,0,{{{actual}.value}}/{{value}})", ratio),
        }
        rows.append(Row(name, cells))
    return tuple(rows)


def _models(result: StudyResult) -> Table:
    rows = [row for model in (result.mortality, result.morbidity) for row in _of_model(model)]
    columns = (Column("name", "", width=_WORDS), Column("value", "", "decimal", width=_VALUE))
    return Table("study_models", columns, tuple(rows), "Models")


def _of_model(model: FactorModel) -> tuple[Row, ...]:
    fit, name = model.fit, penalty_table(model)
    lines = {
        "penalty": (
            "penalty chosen",
            live(f"={{{name}!{fit.chosen + 1}.penalty}}", float(fit.penalties[fit.chosen]), "tiny"),
        ),
        "benchmark": (
            "cross-validated deviance, no adjustment",
            live(f"={{{name}_compared!benchmark.deviance}}", fit.unadjusted),
        ),
        "unpenalized": (
            "cross-validated deviance, no penalty",
            live(f"={{{name}_compared!unpenalized.deviance}}", fit.unpenalized),
        ),
        CHOSEN: (
            "cross-validated deviance, chosen penalty",
            live(f"={{{name}_compared!{CHOSEN}.deviance}}", fit.validated),
        ),
    }
    return tuple(
        Row(f"{model.title} {key}", {"name": text(f"{model.title}: {words}"), "value": cell})
        for key, (words, cell) in lines.items()
    )
