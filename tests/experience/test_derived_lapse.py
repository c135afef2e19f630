"""Derived and smoothed lapse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.experience.lapse import (
    composite_termination,
    derived_lapse,
    ratio_to_lifetime_lapse,
    smoothed_band_lapse,
)

BELOW_ONE = st.floats(0.0, 0.99)


def test_derived_lapse_by_hand() -> None:
    """Of 1,000, 100 die (10%) and of the 900 left 90 lapse (10%): 190 terminate."""
    assert float(derived_lapse(0.19, 0.10)) == pytest.approx(0.10)


def test_derived_lapse_is_not_the_formula_as_printed() -> None:
    """Exhibit A-2a(i), duration 1: 4.2% and 0.3% give a printed 4.0%, not the garbled formula's 4.2%."""
    derived = float(derived_lapse(0.042, 0.003))
    assert derived == pytest.approx(0.03912, abs=5e-6)
    assert derived < 0.042 < (1.0 - (1.0 - 0.042)) / (1.0 - 0.003)


def test_fewer_terminations_than_expected_deaths_are_a_negative_lapse() -> None:
    assert float(derived_lapse(0.0, 0.024)) == pytest.approx(-0.02459, abs=5e-6)


def test_certain_death_leaves_no_lapse_to_derive() -> None:
    assert np.isnan(derived_lapse([0.5, 1.0], 1.0)).all()


@given(BELOW_ONE, BELOW_ONE)
def test_derived_lapse_and_mortality_make_the_composite(composite: float, mortality: float) -> None:
    lapse = derived_lapse(composite, mortality)
    assert float(composite_termination(lapse, mortality)) == pytest.approx(composite, abs=1e-9)


@given(BELOW_ONE, BELOW_ONE)
def test_composite_and_derived_are_inverse(lapse: float, mortality: float) -> None:
    composite = composite_termination(lapse, mortality)
    assert max(lapse, mortality) - 1e-12 <= float(composite) <= lapse + mortality + 1e-12
    assert float(derived_lapse(composite, mortality)) == pytest.approx(lapse, abs=1e-9)


def test_smoothed_band_lapse_by_hand() -> None:
    """Exhibit A-2a(i), durations 1–3: 4.0%, 5.5%, 3.5% make 4.34%, printed 4.3%."""
    assert smoothed_band_lapse([0.04, 0.055, 0.035], [23407, 21264, 19703]) == pytest.approx(0.04342, abs=5e-6)
    assert np.isnan(smoothed_band_lapse([0.04], [0.0]))


def test_ratio_to_lifetime_lapse() -> None:
    """Exhibit A-2b(i), duration 3: 2.3% / 3.6% is 0.64."""
    ratio = ratio_to_lifetime_lapse([0.023, 0.01], [0.036, 0.0])
    assert ratio[0] == pytest.approx(0.64, abs=0.005) and np.isnan(ratio[1])
