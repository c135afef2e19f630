"""Experience as cells, added up elsewhere: what an exposure system or an earlier study gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.errors import InputError, Problem, one_of
from xl_ltc.tables import Column, InputTable, TableSpec, clean

CODED = ("series", "sex", "partner_status", "underwriting_class", "benefit_period", "benefit_type", "premium_payment")
"""Characteristics of a cell, whose categories the assumption tables define."""

SUMS = ("exposure", "deaths", "lapses", "claim_count", "actual_claims", "squared_claims", "guidelines_claims")
LAST_POLICY_DURATION = 120
_MOST = 1e15


def _sum(name: str, unit: str, *, optional: bool = False) -> Column:
    return Column(name, minimum=0.0, maximum=_MOST, unit=unit, optional=optional)


EXPERIENCE_CELLS = TableSpec(
    "experience_cells",
    "Exposure and events by cell",
    "Appendix A",
    (
        *(Column(name, "text") for name in CODED),
        Column("policy_duration", "integer", 1, LAST_POLICY_DURATION),
        Column("attained_age", "integer", 0, LAST_AGE),
        _sum("exposure", "life-years"),
        _sum("deaths", "deaths"),
        _sum("lapses", "lapses"),
        _sum("claim_count", "claims"),
        _sum("actual_claims", "$"),
        _sum("squared_claims", "$ squared", optional=True),
        _sum("guidelines_claims", "$"),
    ),
    (*CODED, "policy_duration", "attained_age"),
    "guidelines_claims: claims expected before the factors of Exhibit A-3a. squared_claims: the sum of the squares of "
    "the claims, for the bounds around actual to expected dollars; blank where it is not known.",
)


def check_cells(table: InputTable, vocabulary: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Cells with their characteristics as categoricals of the assumption set's vocabulary, in the order of their keys.

    Raises:
        InputError: every problem of the table; events in a cell without exposure.
    """
    frame = clean(table, EXPERIENCE_CELLS)
    problems = [
        Problem(table.locate(row, name), repr(value), one_of(vocabulary[name]))
        for name in CODED
        for row, value in enumerate(frame[name])
        if value not in vocabulary[name]
    ]
    happened = frame[["deaths", "lapses", "claim_count"]].sum(axis=1)
    bare = frame.index[(frame["exposure"] == 0.0) & (happened > 0.0)]
    problems += [
        Problem(table.locate(int(row), "exposure"), f"no exposure, {happened[row]:g} events", "more than 0")
        for row in bare
    ]
    if problems:
        raise InputError(problems)
    for name in CODED:
        frame[name] = pd.Categorical(frame[name], categories=list(vocabulary[name]))
    return frame.sort_values(list(EXPERIENCE_CELLS.key), kind="stable", ignore_index=True)
