"""Cells added up elsewhere: what is read, and what is said of cells that can't be used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.experience.cells import CODED, EXPERIENCE_CELLS, check_cells
from xl_ltc.tables import InputTable, sheet_locator

COLUMNS = [c.name for c in EXPERIENCE_CELLS.columns]
CELL: dict[str, Any] = dict(
    series="300", sex="Female", partner_status="Single", underwriting_class="Standard", benefit_period="3",
    benefit_type="Reimbursement", premium_payment="Lifetime-Pay", policy_duration=4, attained_age=77, exposure=12.5,
    deaths=1, lapses=0, claim_count=2, actual_claims=30_000.0, squared_claims=5e8, guidelines_claims=25_000.0,
)  # fmt: skip


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([CELL | change for change in changes], dtype=object)


@pytest.fixture(scope="module")
def vocabulary(assumptions: AssumptionSet) -> dict[str, list[str]]:
    return {name: list(assumptions.vocabulary(name)) for name in CODED}


def refused(frame: pd.DataFrame, vocabulary: dict[str, list[str]]) -> list[str]:
    with pytest.raises(InputError) as error:
        check_cells(InputTable(frame, sheet_locator("Cells", 0, 0, list(frame.columns))), vocabulary)
    return [str(problem) for problem in error.value.problems]


def test_cells_come_in_the_order_of_their_keys_with_typed_columns(vocabulary: dict[str, list[str]]) -> None:
    frame = rows(
        {"attained_age": 80},
        {"sex": "Male", "squared_claims": None},
        {"series": 200.0, "exposure": "3.25", "policy_duration": 20.0},
        {"attained_age": 60},
    )
    found = check_cells(InputTable(frame[COLUMNS[::-1]]), vocabulary)
    assert list(found) == COLUMNS
    assert found["series"].tolist() == ["200", "300", "300", "300"]
    assert found["sex"].tolist() == ["Female", "Male", "Female", "Female"]  # the vocabulary begins with Male
    assert found["attained_age"].tolist() == [77, 77, 60, 80] and found["exposure"].tolist() == [3.25, 12.5, 12.5, 12.5]
    assert found["attained_age"].dtype == found["policy_duration"].dtype == np.int64
    assert np.isnan(found["squared_claims"][1]) and found["squared_claims"].notna().sum() == 3
    for name in CODED:
        assert found[name].cat.categories.tolist() == vocabulary[name]


def test_expected_claims_need_no_claims_and_exposure_no_events(vocabulary: dict[str, list[str]]) -> None:
    none = dict(deaths=0, lapses=0, claim_count=0, actual_claims=0, squared_claims=0)
    assert len(check_cells(InputTable(rows(none, none | {"attained_age": 1, "exposure": 0})), vocabulary)) == 2


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("sex", "X", "cell B2: found 'X'; allowed: one of Male, Female"),
        ("series", "513", "cell A2: found '513'; allowed: one of 200, 300, 400, 500, 511"),
        ("benefit_type", None, "cell F2: found nothing (blank); allowed: some text"),
        ("policy_duration", 0, "cell H2: found 0; allowed: a whole number from 1 to 120"),
        ("policy_duration", 1.5, "cell H2: found 1.5; allowed: a whole number from 1 to 120"),
        ("attained_age", 121, "cell I2: found 121; allowed: a whole number from 0 to 120"),
        ("exposure", -1, "cell J2: found -1; allowed: a number from 0 to 1e+15"),
        ("exposure", None, "cell J2: found nothing (blank); allowed: a number from 0 to 1e+15"),
        ("deaths", "many", "cell K2: found 'many'; allowed: a number from 0 to 1e+15"),
        ("squared_claims", -4, "cell O2: found -4; allowed: a number from 0 to 1e+15"),
        ("guidelines_claims", float("inf"), "cell P2: found inf; allowed: a number from 0 to 1e+15"),
    ],
)
def test_bad_cells_are_named(column: str, value: object, words: str, vocabulary: dict[str, list[str]]) -> None:
    (problem,) = refused(rows({column: value}), vocabulary)
    assert problem == f"sheet Cells, {words}"


def test_events_need_exposure(vocabulary: dict[str, list[str]]) -> None:
    bare = dict(exposure=0, deaths=1, lapses=0.5, claim_count=2)
    (problem,) = refused(rows({}, bare | {"attained_age": 78}), vocabulary)
    assert problem == "sheet Cells, cell J3: found no exposure, 3.5 events; allowed: more than 0"


def test_a_cell_stands_once(vocabulary: dict[str, list[str]]) -> None:
    (problem,) = refused(rows({}, {"exposure": 1}), vocabulary)
    assert problem.startswith("sheet Cells, cell A3: found series 300, sex Female, partner_status Single, ")
    assert "policy_duration 4, attained_age 77 a second time (first in sheet Cells, row 2)" in problem


def test_columns_are_those_of_the_table(vocabulary: dict[str, list[str]]) -> None:
    frame = rows({}).drop(columns="lapses").assign(mine=1)
    missing, unknown = refused(frame, vocabulary)
    assert "no column lapses" in missing and "unknown column 'mine'" in unknown
    (problem,) = refused(rows({}).iloc[:0], vocabulary)
    assert "no rows" in problem


def test_all_unknown_codes_are_told_at_once(vocabulary: dict[str, list[str]]) -> None:
    frame = rows({"sex": "F"}, {"attained_age": 1, "premium_payment": "Five"}, {"exposure": 0, "attained_age": 2})
    assert [p.split(":")[0] for p in refused(frame, vocabulary)] == [
        "sheet Cells, cell B2",
        "sheet Cells, cell G3",
        "sheet Cells, cell J4",
    ]
