"""Actual probabilities and ratios of actual to expected."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.experience.probability import actual_probability, actual_to_expected, combined_probability

NUMBERS = st.floats(0.0, 1e6)


def test_actual_probability_of_the_filings_example() -> None:
    """Exhibit A-1b, partnered: 1,725 deaths in 633,561 life-years; 2.7227 per mille a force, 2.719 a probability."""
    assert float(actual_probability(1725, 633561)) == pytest.approx(0.002719, abs=5e-7)
    assert float(actual_probability(1725, 633561)) < 1725 / 633561


def test_a_force_of_ln_2_kills_half() -> None:
    assert actual_probability([math.log(2.0) * 100.0, 0.0], 100.0) == pytest.approx([0.5, 0.0])


def test_no_exposure_no_probability() -> None:
    assert np.isnan(actual_probability([0.0, 3.0], [0.0, 0.0])).all()


@pytest.mark.parametrize(("events", "exposure", "name"), [(-1.0, 10.0, "events"), (1.0, [5.0, -2.0], "exposure")])
def test_negative_experience_is_an_error(events: float, exposure: float, name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}.*zero or more"):
        actual_probability(events, exposure)


@given(NUMBERS, st.floats(1e-3, 1e6))
def test_a_probability_is_one(events: float, exposure: float) -> None:
    q = float(actual_probability(events, exposure))
    assert 0.0 <= q <= 1.0
    assert q <= events / exposure


def test_combined_probability_by_hand() -> None:
    """ln 2 and ln 4 events a life-year over the same exposure: together ln √8."""
    assert combined_probability([0.5, 0.75], [10.0, 10.0]) == pytest.approx(1.0 - 8.0**-0.5)
    assert combined_probability([0.5, 0.75], [1e9, 1.0]) == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(0.0, 0.99), st.floats(1.0, 1e5)), min_size=1, max_size=8))
def test_together_is_between_the_lowest_and_the_highest(cells: list[tuple[float, float]]) -> None:
    q, exposure = zip(*cells, strict=True)
    assert min(q) - 1e-9 <= combined_probability(q, exposure) <= max(q) + 1e-9


def test_actual_to_expected_of_the_filings_example() -> None:
    """Exhibit A-3b, male: 90,679,357 of 99,758,749 is 0.91."""
    assert float(actual_to_expected(90_679_357, 99_758_749)) == pytest.approx(0.9090, abs=5e-5)


def test_nothing_expected_has_no_ratio() -> None:
    ratio = actual_to_expected([1.0, 0.0, 1.0, np.nan, 2.0], [0.0, 0.0, np.nan, 1.0, 4.0])
    assert np.isnan(ratio[:4]).all() and ratio[4] == 0.5
