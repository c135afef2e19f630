"""The factor tables of Exhibits A-1a and A-3a as effects of a model: which column's factor applies to which record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import BY_NAME, LAST_AGE, LAST_DURATION, MORBIDITY_AGE_ONLY, MORBIDITY_SERIES
from xl_ltc.experience.glm.design import Effect
from xl_ltc.experience.records import AGE, LIMITED, MODEL_DURATION, MODEL_SERIES, REIMBURSEMENT
from xl_ltc.tables import dense, label_text


@dataclass(frozen=True)
class FactorGroup:
    """Columns of a factor table of which one applies to each record.

    Attributes:
        name: in words.
        table: the assumption table; columns: of factors.
        key: the characteristic of the records that finds the row.
        by: the characteristic whose code finds the column; empty where there is one.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    key: str
    by: str = ""

    @property
    def ordered(self) -> bool:
        """Whether adjacent rows are neighbours."""
        return self.key in (AGE, MODEL_DURATION)


MORTALITY_FACTORS = (
    FactorGroup("Attained age", "mortality_factor_attained_age", ("factor",), AGE),
    FactorGroup("Policy duration", "mortality_factor_policy_duration", ("factor",), MODEL_DURATION),
    FactorGroup("Gender", "mortality_factor_sex", ("factor",), "sex"),
    FactorGroup("Partner status", "mortality_factor_partner_status", ("factor",), "partner_status"),
    FactorGroup("Underwriting class", "mortality_factor_underwriting_class", ("factor",), "underwriting_class"),
)
MORBIDITY_FACTORS = (
    FactorGroup("Attained age by series", "morbidity_factor_attained_age", MORBIDITY_SERIES, AGE, MODEL_SERIES),
    FactorGroup(
        "Attained age by benefit period", "morbidity_factor_attained_age", MORBIDITY_AGE_ONLY[:2], AGE, LIMITED
    ),
    FactorGroup(
        "Attained age by benefit type", "morbidity_factor_attained_age", MORBIDITY_AGE_ONLY[2:], AGE, REIMBURSEMENT
    ),
    FactorGroup(
        "Policy duration by series",
        "morbidity_factor_policy_duration",
        MORBIDITY_SERIES,
        MODEL_DURATION,
        MODEL_SERIES,
    ),
    FactorGroup("Gender", "morbidity_factor_sex", ("factor",), "sex"),
    FactorGroup("Underwriting class", "morbidity_factor_underwriting_class", ("factor",), "underwriting_class"),
)


def grouping(groups: Sequence[FactorGroup]) -> tuple[str, ...]:
    """The characteristics of the records that find the factors of some groups."""
    return tuple(dict.fromkeys(name for group in groups for name in (group.key, group.by) if name))


def effect(group: FactorGroup, assumptions: AssumptionSet, codes: Mapping[str, np.ndarray]) -> Effect:
    """A group as an effect of a model: a level a row and column of its table, column by column.

    Args:
        group: the columns; assumptions: with the table; codes: of the cells.
    """
    labels = row_labels(group, assumptions)
    row = _row_of_code(group, assumptions)[codes[group.key]]
    column = codes[group.by] if group.by else np.zeros(len(row), dtype=np.int64)
    runs = tuple(tuple(range(c * len(labels), (c + 1) * len(labels))) for c in range(len(group.columns)))
    return Effect(
        group.name,
        tuple(" ".join(names).strip() for names in level_names(group, assumptions)),
        column * len(labels) + row,
        runs if group.ordered else (),
    )


def level_names(group: FactorGroup, assumptions: AssumptionSet) -> tuple[tuple[str, str], ...]:
    """The column in words, where there are several, and the row of each level."""
    labels = row_labels(group, assumptions)
    return tuple((_in_words(column) if group.by else "", label) for column in group.columns for label in labels)


def _in_words(column: str) -> str:
    return column.removeprefix("benefit_period_").replace("_plus", "+").replace("_", " ").capitalize()


def row_labels(group: FactorGroup, assumptions: AssumptionSet) -> tuple[str, ...]:
    """The labels of a factor table's rows, in the order of ages or durations."""
    labels = [label_text(label) for label in assumptions.tables[group.table][_key(group)]]
    if not group.ordered:
        return tuple(labels)
    return tuple(labels[i] for i in dict.fromkeys(_covering(group, labels, assumptions).tolist()))


def current(group: FactorGroup, assumptions: AssumptionSet) -> np.ndarray:
    """The factors of an assumption set, in the order of the effect's levels."""
    frame = assumptions.tables[group.table]
    by_label = frame.assign(label=[label_text(v) for v in frame[_key(group)]]).set_index("label")
    rows = by_label.loc[list(row_labels(group, assumptions))]
    return np.concatenate([rows[column].to_numpy(dtype=np.float64) for column in group.columns])


def with_factors(
    groups: Sequence[FactorGroup], factors: Mapping[str, np.ndarray], assumptions: AssumptionSet
) -> dict[str, pd.DataFrame]:
    """The factor tables with other factors, in the tables' own form and order of rows.

    Args:
        groups: of a model; factors: by name of the group, in the order of the effect's levels.
        assumptions: whose tables they replace.
    """
    frames: dict[str, pd.DataFrame] = {}
    for group in groups:
        frame = frames.setdefault(group.table, assumptions.tables[group.table].copy())
        labels = row_labels(group, assumptions)
        values = factors[group.name].reshape(len(group.columns), len(labels))
        order = [labels.index(label_text(label)) for label in frame[_key(group)]]
        for column, of_column in zip(group.columns, values, strict=True):
            frame[column] = of_column[order]
    return frames


def _key(group: FactorGroup) -> str:
    (key,) = BY_NAME[group.table].key
    return key


def _row_of_code(group: FactorGroup, assumptions: AssumptionSet) -> np.ndarray:
    """Position among the labels by code of the records."""
    labels = row_labels(group, assumptions)
    if group.ordered:
        return _covering(group, labels, assumptions)
    return np.array([labels.index(category) for category in assumptions.vocabulary(group.key)])


def _covering(group: FactorGroup, labels: Sequence[str], assumptions: AssumptionSet) -> np.ndarray:
    """The position of the label that covers each attained age, or each duration, int64."""
    low, high = (0, LAST_AGE) if group.key == AGE else (1, LAST_DURATION)
    locate = assumptions.tables.locators[group.table]
    found = dense(labels, range(len(labels)), low, high, table=group.table, key=_key(group), locate=locate)
    return found.astype(np.int64)
