"""Limited-fluctuation credibility."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from xl_ltc.errors import InputError
from xl_ltc.experience.credibility import credibility, full_credibility_events


def test_the_filings_standard() -> None:
    """90% within ±7.5%: (1.64485 / 0.075)² = 480.99, printed as 481."""
    assert full_credibility_events(0.90, 0.075) == pytest.approx(480.99, abs=0.005)


def test_the_textbook_standard() -> None:
    """90% within ±5% is the classical 1,082 claims, with z rounded to 1.645."""
    assert full_credibility_events(0.90, 0.05) == pytest.approx((1.645 / 0.05) ** 2, rel=2e-4)


@given(st.floats(0.5, 0.999), st.floats(0.01, 0.5))
def test_so_many_events_keep_the_error_with_the_confidence(confidence: float, error: float) -> None:
    events = full_credibility_events(confidence, error)
    within = norm.cdf(error * events**0.5) - norm.cdf(-error * events**0.5)
    assert within == pytest.approx(confidence, abs=1e-9)


def test_credibility_by_hand() -> None:
    """A quarter of the events is half the credibility; more than all is 1. Duration 8 of Exhibit A-2a(i): 62%."""
    assert credibility([0.0, 481 / 4, 481.0, 5000.0], 481.0) == pytest.approx([0.0, 0.5, 1.0, 1.0])
    assert float(credibility(185, 481.0)) == pytest.approx(0.62, abs=0.005)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(InputError, match="confidence"):
        full_credibility_events(1.0, 0.05)
    with pytest.raises(InputError, match="error"):
        full_credibility_events(0.9, 0.0)
    with pytest.raises(InputError, match=r"events.*zero or more"):
        credibility(-1.0, 481.0)
    with pytest.raises(InputError, match="full-credibility events"):
        credibility(1.0, 0.0)
