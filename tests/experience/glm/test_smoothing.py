"""Whittaker–Henderson graduation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.experience.glm.smoothing import differences_squared, whittaker_henderson

NUMBERS = st.floats(-5.0, 5.0, allow_subnormal=False)
SERIES = st.lists(st.tuples(NUMBERS, st.floats(0.1, 100.0)), min_size=3, max_size=30)


def test_by_hand() -> None:
    """0, 1, 0 with weights 1 and h = 1: D′D = [1, -2, 1]′[1, -2, 1], so (1, 2, 1)·r off the data with r = (v₁−2v₂+v₃).

    v = u − h·d·(d·v); d·v = d·u / (1 + h d·d) = −2/7; v = (0, 1, 0) + (1, −2, 1)·2/7.
    """
    assert whittaker_henderson([0.0, 1.0, 0.0], [1.0, 1.0, 1.0], 1.0) == pytest.approx([2 / 7, 3 / 7, 2 / 7])


def test_first_differences_by_hand() -> None:
    """Two values, weights 1 and 3, h = 1: each moves by the step left, over its weight; 4 = g (1 + 1/1 + 1/3)."""
    assert whittaker_henderson([0.0, 4.0], [1.0, 3.0], 1.0, order=1) == pytest.approx([12 / 7, 4 - 4 / 7])


@given(SERIES)
def test_without_strength_the_values(series: list[tuple[float, float]]) -> None:
    u, w = map(np.array, zip(*series, strict=True))
    assert whittaker_henderson(u, w, 0.0) == pytest.approx(u)


@given(SERIES, st.sampled_from([1, 2, 3]))
def test_with_great_strength_a_weighted_polynomial(series: list[tuple[float, float]], order: int) -> None:
    u, w = map(np.array, zip(*series, strict=True))
    if u.size <= order:
        return
    x = np.arange(u.size)
    line = np.polynomial.Polynomial.fit(x, u, order - 1, w=np.sqrt(w))(x)
    assert whittaker_henderson(u, w, 1e11, order) == pytest.approx(line, abs=1e-3)


@given(SERIES, st.floats(1e-3, 1e4))
def test_it_solves_its_equations_and_keeps_sum_and_moment(series: list[tuple[float, float]], strength: float) -> None:
    u, w = map(np.array, zip(*series, strict=True))
    v = whittaker_henderson(u, w, strength)
    left = (np.diag(w) + strength * differences_squared(u.size)) @ v
    assert left == pytest.approx(w * u, abs=1e-6)
    assert w @ v == pytest.approx(w @ u, abs=1e-5)
    assert (w * np.arange(u.size)) @ v == pytest.approx((w * np.arange(u.size)) @ u, abs=1e-4)


def test_values_without_weight_are_filled_in_along_a_line() -> None:
    v = whittaker_henderson([np.nan, 1.0, np.nan, 3.0, np.nan], [0.0, 1.0, 0.0, 1.0, 0.0], 1e-3)
    assert v == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0])


def test_weights_and_strength_in_another_unit() -> None:
    u, w = np.array([1.0, 3.0, 2.0, 5.0]), np.array([1.0, 2.0, 0.0, 4.0])
    assert whittaker_henderson(u, 1000.0 * w, 7000.0) == pytest.approx(whittaker_henderson(u, w, 7.0))


@pytest.mark.parametrize(
    ("values", "weights", "strength", "order", "message"),
    [
        ([1.0, 2.0, 3.0], [0.0, 1.0, 0.0], 1.0, 2, "weights above 0: found 1; allowed: 2 or more"),
        ([1.0, 2.0, 3.0], [0.0, 1.0, 1.0], 0.0, 2, "weights above 0: found 2; allowed: 3 or more"),
        ([1.0, 2.0], [1.0, -1.0], 1.0, 2, "negative weight"),
        ([1.0, np.inf], [1.0, 1.0], 1.0, 2, "no number"),
        ([1.0, 2.0], [1.0], 1.0, 2, "equally long"),
        ([1.0, 2.0], [1.0, 1.0], -1.0, 2, "strength and order"),
        ([1.0, 2.0], [1.0, 1.0], 1.0, 0, "strength and order"),
        ([1.0, 2.0, 4.0], [1.0, 1.0, 1.0], 1e30, 2, "not beyond float64"),
    ],
)
def test_refusals(values: list[float], weights: list[float], strength: float, order: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        whittaker_henderson(values, weights, strength, order)
