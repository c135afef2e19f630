"""A penalized model of experience factors: from tallied records to the factor tables of Exhibits A-1a and A-3a."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.experience.basis import COUNTS, FOLLOW_CURRENT, StudyBasis
from xl_ltc.experience.factor_tables import (
    MORBIDITY_FACTORS,
    MORTALITY_FACTORS,
    FactorGroup,
    current,
    effect,
    grouping,
    level_names,
    with_factors,
)
from xl_ltc.experience.glm.design import Cells
from xl_ltc.experience.glm.fit import Fit, fit_factors
from xl_ltc.experience.glm.level import set_level
from xl_ltc.experience.records import AGE, FOLD, Grouping

MORTALITY_CELLS: Grouping = (FOLD, *grouping(MORTALITY_FACTORS))
MORBIDITY_CELLS: Grouping = (FOLD, *grouping(MORBIDITY_FACTORS))
MORTALITY_CARRIER, MORBIDITY_CARRIER = MORTALITY_FACTORS[1].name, MORBIDITY_FACTORS[0].name
"""The groups that take the level common to all: policy duration, and attained age by series."""

EXPECTED_DEATHS, EXPECTED_CLAIMS = "expected_2012_iam", "guidelines_claims"
"""Measures expected on the benchmarks, before every factor."""


@dataclass(frozen=True)
class FactorModel:
    """Factors fitted to experience.

    Attributes:
        title: what of; unit: of its events.
        groups: of levels; fit: the model.
        levels: a row a level: ``group``, ``column`` and ``row`` of the factor table, ``exposure``, ``events``,
            ``expected`` (on the benchmark), ``current`` and ``fitted`` factors.
        tables: the factor tables with the fitted factors, by name.
        notes: what a reader should know.
    """

    title: str
    unit: str
    groups: tuple[FactorGroup, ...]
    fit: Fit
    levels: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...]


def mortality_model(cells: pd.DataFrame, assumptions: AssumptionSet, basis: StudyBasis) -> FactorModel:
    """Factors on the hazards of the base table.

    Args:
        cells: records by ``MORTALITY_CELLS``; assumptions: current ones; basis: the choices.
    """
    responses = cells["deaths"].to_numpy(), cells[EXPECTED_DEATHS].to_numpy()
    return _model("Mortality", "deaths", MORTALITY_FACTORS, cells, *responses, assumptions, basis, MORTALITY_CARRIER)


def morbidity_model(cells: pd.DataFrame, assumptions: AssumptionSet, basis: StudyBasis) -> FactorModel:
    """Factors on the claim costs, from dollars or from numbers of claims; arguments as of ``mortality_model``.

    Numbers are expected as dollars over the average claim of the cell's age band, so that an average claim that varies
    by age is not taken for a factor.
    """
    expected = cells[EXPECTED_CLAIMS].to_numpy()
    if basis.morbidity_response == COUNTS:
        events, unit = cells["claim_count"].to_numpy(), "claims"
        expected = expected / _average_claim(cells)
    else:
        events, unit = cells["actual_claims"].to_numpy(), "$"
    return _model("Morbidity", unit, MORBIDITY_FACTORS, cells, events, expected, assumptions, basis, MORBIDITY_CARRIER)


_AVERAGED_AGES = np.array([65, 70, 75, 80, 85])
"""Where the age bands of Exhibit A-3b begin."""


def _average_claim(cells: pd.DataFrame) -> np.ndarray:
    """The average claim of each cell's age band; of all where a band has none."""
    band = np.searchsorted(_AVERAGED_AGES, cells[AGE].to_numpy(), side="right")
    count = np.bincount(band, cells["claim_count"].to_numpy(), len(_AVERAGED_AGES) + 1)
    dollars = np.bincount(band, cells["actual_claims"].to_numpy(), len(_AVERAGED_AGES) + 1)
    overall = dollars.sum() / max(count.sum(), 1.0)
    return np.asarray(np.where(count > 0.0, dollars / np.maximum(count, 1.0), overall)[band])


def _model(
    title: str,
    unit: str,
    groups: Sequence[FactorGroup],
    cells: pd.DataFrame,
    events: np.ndarray,
    expected: np.ndarray,
    assumptions: AssumptionSet,
    basis: StudyBasis,
    carrier: str,
) -> FactorModel:
    of_use = expected > 0.0
    codes = {name: cells[name].to_numpy()[of_use] for name in grouping(groups)}
    effects = tuple(effect(group, assumptions, codes) for group in groups)
    now = {group.name: current(group, assumptions) for group in groups}
    model = Cells(effects, events[of_use], expected[of_use], cells[FOLD].to_numpy()[of_use])
    found = fit_factors(model, basis, what="deaths" if unit == "deaths" else "claims")
    fitted = set_level(found.factors, found.weights, basis.factor_level, carrier, now)
    if basis.levels_without_exposure == FOLLOW_CURRENT:
        fitted = {g.name: _following(g, fitted[g.name], now[g.name], found.weights[g.name]) for g in groups}
    exposure = cells["exposure"].to_numpy()[of_use]
    levels = pd.concat(
        [
            pd.DataFrame(
                {
                    "group": group.name,
                    "column": [column for column, _ in level_names(group, assumptions)],
                    "row": [row for _, row in level_names(group, assumptions)],
                    "exposure": np.bincount(each.codes, exposure, len(each.levels)),
                    "events": np.bincount(each.codes, events[of_use], len(each.levels)),
                    "expected": np.bincount(each.codes, expected[of_use], len(each.levels)),
                    "current": now[group.name],
                    "fitted": fitted[group.name],
                }
            )
            for group, each in zip(groups, effects, strict=True)
        ],
        ignore_index=True,
    )
    notes = _notes(title, levels, float(events[~of_use].sum()), unit, basis)
    return FactorModel(title, unit, tuple(groups), found, levels, with_factors(groups, fitted, assumptions), notes)


def _following(group: FactorGroup, fitted: np.ndarray, current: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The factors, of levels without exposure the current ones times their column's mean ratio of fitted to current.

    Means are weighted by expected events; of a column without any exposure the ratio is the group's.
    """
    shape = (len(group.columns), -1)
    then, now, weights = (values.reshape(shape) for values in (fitted, current, expected))
    of_group = float((weights * then).sum() / (weights * now).sum())
    divisor = (weights * now).sum(axis=1)
    ratio = np.divide((weights * then).sum(axis=1), divisor, out=np.full(len(divisor), of_group), where=divisor > 0.0)
    return np.where(weights > 0.0, then, now * ratio[:, None]).reshape(-1)


def _notes(title: str, levels: pd.DataFrame, lost: float, unit: str, basis: StudyBasis) -> tuple[str, ...]:
    """What a reader should know of a model."""
    notes = []
    if lost:
        notes.append(f"{title}: {lost:,.0f} {unit} where nothing was expected are left out of the model.")
    bare = int((levels["expected"] == 0.0).sum())
    if bare:
        how = (
            "follow the current ones"
            if basis.levels_without_exposure == FOLLOW_CURRENT
            else "are what the model makes of their neighbours"
        )
        notes.append(f"{title}: {bare} of {len(levels)} levels have no exposure; their factors {how}.")
    return tuple(notes)
