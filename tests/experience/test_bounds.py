"""Exact bounds of actual to expected."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, poisson

from xl_ltc.errors import InputError
from xl_ltc.experience.bounds import ae_bounds

EVENTS = st.integers(0, 100_000)
CONFIDENCES = st.floats(0.5, 0.999)


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [(1, 0.0253, 5.5716), (2, 0.2422, 7.2247), (5, 1.6235, 11.6683), (10, 4.7954, 18.3904)],
)
def test_garwoods_printed_limits(events: int, lower: float, upper: float) -> None:
    """95% limits of a Poisson mean as tables print them."""
    below, above = ae_bounds(events, 1.0, 0.95)
    assert float(below) == pytest.approx(lower, abs=5e-5)
    assert float(above) == pytest.approx(upper, abs=5e-5)


def test_in_closed_form() -> None:
    """Without an event e^-μ = (1 - c)/2; of one event or more 1 - e^-μ = (1 - c)/2."""
    below, above = ae_bounds([0.0, 1.0], [2.0, 2.0], 0.9)
    assert float(below[0]) == 0.0
    assert float(above[0]) == pytest.approx(-np.log(0.05) / 2.0, rel=1e-13)
    assert float(below[1]) == pytest.approx(-np.log(0.95) / 2.0, rel=1e-13)


@given(EVENTS, st.floats(0.01, 1e6), CONFIDENCES)
def test_against_chi_square_quantiles(events: int, expected: float, confidence: float) -> None:
    below, above = ae_bounds(events, expected, confidence)
    quantile = chi2.ppf((1.0 - confidence) / 2.0, 2 * events) if events else 0.0
    assert float(below) == pytest.approx(quantile / 2.0 / expected, rel=1e-9)
    assert float(above) == pytest.approx(chi2.ppf((1.0 + confidence) / 2.0, 2 * events + 2) / 2.0 / expected, rel=1e-9)


@given(st.integers(1, 100_000), CONFIDENCES)
def test_each_tail_has_half_of_what_is_left(events: int, confidence: float) -> None:
    below, above = (float(bound) for bound in ae_bounds(events, 1.0, confidence))
    tail = (1.0 - confidence) / 2.0
    assert poisson.sf(events - 1, below) == pytest.approx(tail, rel=1e-8)
    assert poisson.cdf(events, above) == pytest.approx(tail, rel=1e-8)
    assert below < events < above


def test_nothing_expected_has_no_bounds_and_shapes_are_broadcast() -> None:
    below, above = ae_bounds([[0.0], [4.0]], [0.0, 2.0], 0.9)
    assert below.shape == above.shape == (2, 2)
    assert np.isnan(below).tolist() == np.isnan(above).tolist() == [[True, False], [True, False]]


def test_bad_arguments_are_named() -> None:
    with pytest.raises(InputError, match="confidence: found 1"):
        ae_bounds(1.0, 1.0, 1.0)
    with pytest.raises(InputError, match="confidence: found 0"):
        ae_bounds(1.0, 1.0, 0.0)
    with pytest.raises(InputError, match="events: found -1"):
        ae_bounds(-1.0, 1.0, 0.9)
    with pytest.raises(InputError, match="expected: found -2"):
        ae_bounds(1.0, -2.0, 0.9)
