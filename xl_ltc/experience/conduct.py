"""An experience study from its data to everything its exhibits show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.characteristics import Characteristic, further, of_morbidity, of_mortality
from xl_ltc.experience.factor_model import (
    EXPECTED_CLAIMS,
    EXPECTED_DEATHS,
    MORBIDITY_CELLS,
    MORTALITY_CELLS,
    FactorModel,
    morbidity_model,
    mortality_model,
)
from xl_ltc.experience.records import DURATION, Expected, Source, sizes, tally
from xl_ltc.tables import InputTable

LAPSE_CELLS = ("premium_payment", "partner_status", DURATION)
ADJUSTED_DEATHS, ADJUSTED_CLAIMS = "expected_adjusted", "adjusted_claims"
FITTED_DEATHS, FITTED_CLAIMS = "expected_fitted", "fitted_claims"
MEASURES = (
    "exposure",
    "deaths",
    "lapses",
    "claim_count",
    "actual_claims",
    "squared_claims",
    EXPECTED_DEATHS,
    ADJUSTED_DEATHS,
    FITTED_DEATHS,
    EXPECTED_CLAIMS,
    ADJUSTED_CLAIMS,
    FITTED_CLAIMS,
)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class StudyResult:
    """What a study found.

    Attributes:
        basis: its choices.
        assumptions: the current ones; fitted: with the fitted factors in their place.
        mortality_ae, morbidity_ae: a row a category of the exhibits' characteristics, a column a measure.
        further_ae: the same of the characteristics the filing does not show.
        lapse: by premium payment, partner status (codes) and policy duration.
        mortality, morbidity: the fitted factors.
    """

    basis: StudyBasis
    assumptions: AssumptionSet
    fitted: AssumptionSet
    mortality_ae: pd.DataFrame
    morbidity_ae: pd.DataFrame
    further_ae: pd.DataFrame
    lapse: pd.DataFrame
    mortality: FactorModel
    morbidity: FactorModel

    @property
    def totals(self) -> pd.Series:
        """Each measure in all."""
        return self.lapse[list(MEASURES)].sum()


def conduct_study(source: Source, basis: StudyBasis, assumptions: AssumptionSet, progress: Progress) -> StudyResult:
    """Conduct a study.

    Args:
        source: the records of histories or of cells.
        basis: the choices.
        assumptions: the current assumptions; their base table and claim costs are the benchmarks.
        progress: told in a few words what is being done.

    Raises:
        InputError: an age or a characteristic outside the tables.
    """
    mortality, morbidity = of_mortality(assumptions), of_morbidity(assumptions)
    more = further(assumptions, source.characteristics, basis.first_day.year, basis.study_end.year)
    shown = list(dict.fromkeys((c.code,) for c in (*mortality, *morbidity, *more)))
    by = sizes(basis, assumptions)
    before = [
        Expected(assumptions, EXPECTED_DEATHS, EXPECTED_CLAIMS, factors=False),
        Expected(assumptions, ADJUSTED_DEATHS, ADJUSTED_CLAIMS),
    ]
    progress("adding up exposure, terminations and claims")
    tallies = tally(source.records(before), [*shown, LAPSE_CELLS, MORTALITY_CELLS, MORBIDITY_CELLS], by)
    progress("fitting mortality factors")
    of_deaths = mortality_model(tallies[MORTALITY_CELLS], assumptions, basis)
    progress("fitting morbidity factors")
    of_claims = morbidity_model(tallies[MORBIDITY_CELLS], assumptions, basis)
    fitted = _with_tables(assumptions, {**of_deaths.tables, **of_claims.tables})
    progress("expected on the fitted factors")
    after = tally(
        source.records([Expected(fitted, FITTED_DEATHS, FITTED_CLAIMS)], events=False), [*shown, LAPSE_CELLS], by
    )
    full = {key: _joined(tallies[key], after[key], key) for key in (*shown, LAPSE_CELLS)}
    return StudyResult(
        basis,
        assumptions,
        fitted,
        _actual_to_expected(mortality, full),
        _actual_to_expected(morbidity, full),
        _actual_to_expected(more, full),
        full[LAPSE_CELLS],
        of_deaths,
        of_claims,
    )


def _with_tables(assumptions: AssumptionSet, tables: Mapping[str, pd.DataFrame]) -> AssumptionSet:
    raw = {
        name: InputTable(tables.get(name, frame), assumptions.tables.locators[name])
        for name, frame in assumptions.tables.frames.items()
    }
    return AssumptionSet.from_tables(raw, assumptions.settings)


def _joined(first: pd.DataFrame, second: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    joined = first.merge(second[[*key, FITTED_DEATHS, FITTED_CLAIMS]], on=list(key), how="left")
    return joined.reindex(columns=[*key, *MEASURES]).fillna(0.0)


def _actual_to_expected(
    characteristics: Sequence[Characteristic], tallies: Mapping[tuple[str, ...], pd.DataFrame]
) -> pd.DataFrame:
    rows = []
    for characteristic in characteristics:
        frame = tallies[(characteristic.code,)]
        for label, codes in characteristic.categories:
            part = frame[np.isin(frame[characteristic.code], codes)]
            rows.append({"characteristic": characteristic.name, "category": label, **part[list(MEASURES)].sum()})
    return pd.DataFrame(rows, columns=["characteristic", "category", *MEASURES])
