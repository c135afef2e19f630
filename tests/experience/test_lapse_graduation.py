"""Proposed lapse by duration: by hand."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import PARTNER_STATUSES
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.conduct import MEASURES, StudyResult
from xl_ltc.experience.lapse_graduation import TABLE, graduated_lapse, proposed_table

FULL = 481.0
Years = dict[int, tuple[float, float, float, float]]
"""By policy duration: life-years, deaths, lapses and expected deaths."""


def result(assumptions: AssumptionSet, years: Years, status: str = "Single", **choices: Any) -> StudyResult:
    """A study of lifetime-pay policies of one partner status."""
    payment = assumptions.vocabulary("premium_payment").index("Lifetime-Pay")
    rows = [
        {
            "premium_payment": payment,
            "partner_status": PARTNER_STATUSES.index(status),
            "policy_duration": duration,
            **dict.fromkeys(MEASURES, 0.0),
            **dict(zip(("exposure", "deaths", "lapses", "expected_adjusted"), cells, strict=True)),
        }
        for duration, cells in years.items()
    ]
    columns = ["premium_payment", "partner_status", "policy_duration", *MEASURES]
    frame = pd.DataFrame(rows, columns=columns)
    none = pd.DataFrame()
    basis = StudyBasis(**choices)
    return StudyResult(basis, assumptions, assumptions, none, none, none, frame, None, None)  # type: ignore[arg-type]


def force(lapses: float, deaths: float, expected: float, exposure: float) -> float:
    """1 − (1 − composite) / (1 − expected mortality), by exponents."""
    return 1.0 - math.exp(-(lapses + deaths - expected) / exposure)


def steady(lapses: float = 40.0) -> Years:
    return dict.fromkeys(range(1, 18), (1000.0, 5.0, lapses, 4.0))


@pytest.fixture(scope="module")
def current(assumptions: AssumptionSet) -> pd.DataFrame:
    return assumptions.tables[TABLE].set_index("policy_duration")


def test_without_graduation_it_is_derived(assumptions: AssumptionSet) -> None:
    years = {d: (1_000.0 + 10 * d, 5.0 + d, 600.0 - 20 * d, 4.0) for d in range(1, 10)}
    found = graduated_lapse(result(assumptions, years, lapse_graduation=0.0), "Single", FULL)
    for d, (exposure, deaths, lapses, expected) in years.items():
        assert found["derived"][d] == pytest.approx(force(lapses, deaths, expected, exposure), rel=1e-12)
        assert found["graduated"][d] == pytest.approx(found["derived"][d], rel=1e-9)


def test_a_straight_line_and_a_constant_stay_as_they_are(assumptions: AssumptionSet) -> None:
    found = graduated_lapse(result(assumptions, steady(), lapse_graduation=1e6), "Single", FULL)
    assert found["graduated"].tolist() == pytest.approx([force(40, 5, 4, 1_000)] * 20, rel=1e-9)


def test_graduation_is_between_derived_and_a_line_with_the_same_lapses(assumptions: AssumptionSet) -> None:
    """Whittaker-Henderson keeps Σ w v: what is smoothed away at one duration is found at another."""
    years = {d: (1_000.0 * d, 5.0, 40.0 * d * (1 + (-1) ** d / 2), 5.0) for d in range(1, 10)}
    found = graduated_lapse(result(assumptions, years), "Single", FULL).loc[1:9]
    weights = found["exposure"]
    assert np.average(found["graduated"], weights=weights) == pytest.approx(
        np.average(found["derived"], weights=weights), rel=1e-9
    )
    assert found["graduated"].diff().diff().abs().sum() < found["derived"].diff().diff().abs().sum() / 2


def test_later_durations_have_one_rate_of_all_their_lapses(assumptions: AssumptionSet) -> None:
    years = steady() | {d: (500.0 + d, 2.0, 10.0 * d, 1.5) for d in range(9, 18)}
    of = result(assumptions, years, lapse_graduation=0.0)
    found = graduated_lapse(of, "Single", FULL)
    late = np.array([years[d] for d in range(9, 18)]).sum(axis=0)
    wanted = force(late[2], late[1], late[3], late[0])
    assert found["graduated"].loc[9:].tolist() == pytest.approx([wanted] * 12, rel=1e-9)
    assert found["credibility"].loc[9:].tolist() == pytest.approx([min(1.0, math.sqrt(late[2] / FULL))] * 12)
    assert found["derived"].loc[9:17].nunique() == 9 and found["derived"].loc[18:].isna().all()
    from_five = graduated_lapse(result(assumptions, years, lapse_ultimate_duration=5), "Single", FULL)
    assert (from_five["graduated"].loc[5:] == from_five["graduated"][5]).all() and from_five["graduated"].loc[
        :5
    ].nunique() == 5


def test_credibility_blends_with_the_current_rate(assumptions: AssumptionSet, current: pd.DataFrame) -> None:
    years = {d: (10_000.0, 0.0, n, 0.0) for d, n in enumerate((481.0, 120.25, 30.0, 0.0, 2_000.0), start=1)}
    found = graduated_lapse(result(assumptions, years, "Partnered", lapse_graduation=0.0), "Partnered", FULL)
    for d, weight in zip(years, (1.0, 0.5, math.sqrt(30.0 / 481.0), 0.0, 1.0), strict=True):
        now = float(current.loc[str(d), "partnered"])
        own = 1.0 - math.exp(-years[d][2] / 10_000.0)
        assert found["credibility"][d] == pytest.approx(weight)
        assert found["current"][d] == now
        assert found["proposed"][d] == pytest.approx(weight * own + (1.0 - weight) * now, rel=1e-9), d
    assert found["proposed"].loc[6:].equals(found["current"].loc[6:])  # no exposure


def test_never_below_zero(assumptions: AssumptionSet) -> None:
    """Fewer deaths than were expected, and lapses: derived lapse may be negative, proposed lapse is not."""
    years = dict.fromkeys(range(1, 12), (1000.0, 0.0, 500.0, 900.0))
    found = graduated_lapse(result(assumptions, years), "Single", FULL)
    assert (found["derived"].dropna() < 0.0).all() and (found["graduated"] < 0.0).all()
    assert (found["credibility"] == 1.0).all() and (found["proposed"] == 0.0).all()


@pytest.mark.parametrize("years", [{}, {3: (1_000.0, 1.0, 600.0, 1.0)}])
def test_with_too_little_experience_the_current_rate_stays(
    years: Years, assumptions: AssumptionSet, current: pd.DataFrame
) -> None:
    of = result(assumptions, years)
    found = graduated_lapse(of, "Single", FULL)
    assert found["graduated"].isna().all() and len(found) == 20
    assert found["proposed"].to_numpy() == pytest.approx(found["current"].to_numpy(), rel=1e-15)
    assert found["exposure"].notna().sum() == len(years)
    pd.testing.assert_frame_equal(proposed_table(of, FULL), assumptions.tables[TABLE])


def test_the_other_status_is_not_looked_at(assumptions: AssumptionSet, current: pd.DataFrame) -> None:
    found = proposed_table(result(assumptions, steady(4_000.0), "Single"), FULL).set_index("policy_duration")
    assert found["partnered"].tolist() == current["partnered"].tolist()
    assert (found["single"] > 0.9).all() and list(found.index) == list(current.index)


def test_a_row_of_several_durations_is_their_mean_by_exposure(assumptions: AssumptionSet) -> None:
    """9+ of the table, where the ultimate duration is 12."""
    years = {d: (100.0 * d, 0.0, 500.0 if d < 12 else 700.0, 0.0) for d in range(1, 15)}
    of = result(assumptions, years, lapse_graduation=0.0, lapse_ultimate_duration=12)
    by_duration = graduated_lapse(of, "Single", FULL).loc[9:]
    assert by_duration["proposed"].nunique() == 4
    found = proposed_table(of, FULL).set_index("policy_duration")["single"]["9+"]
    wanted = sum(100.0 * d * by_duration["proposed"][d] for d in range(9, 15)) / sum(100.0 * d for d in range(9, 15))
    assert found == pytest.approx(wanted, rel=1e-12)


def test_the_table_keeps_its_order_of_rows(assumptions: AssumptionSet) -> None:
    of = result(assumptions, steady())
    frame = assumptions.tables[TABLE].iloc[::-1].reset_index(drop=True)
    frames = dict(assumptions.tables.frames) | {TABLE: frame}
    tables = dataclasses.replace(assumptions.tables, frames=frames)
    other = dataclasses.replace(of, assumptions=dataclasses.replace(assumptions, tables=tables))
    found, wanted = proposed_table(other, FULL), proposed_table(of, FULL)
    pd.testing.assert_frame_equal(found.iloc[::-1].reset_index(drop=True), wanted)
