"""CBUL, RBO and adverse selection as Appendix A words them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.behaviour import Behaviour
from xl_ltc.errors import InputError
from xl_ltc.rate_increase.behaviour import (
    adverse_selection,
    cbul_election,
    election_jumps,
    rbo_election,
    rbo_reduction,
    rounded_increase,
)

FILED = Behaviour(
    cbul_slope=0.08,
    cbul_threshold=0.15,
    cbul_rounding=0.10,
    rbo_multiple=2.5,
    cbul_morbidity_relief=0.25,
    rbo_morbidity_relief=0.125,
)
increases = st.floats(min_value=0.0, max_value=1.0)


def test_the_bundled_parameters_are_the_filings(assumptions: AssumptionSet) -> None:
    assert assumptions.behaviour == FILED


@pytest.mark.parametrize(
    ("increase", "half_up", "half_even"),
    [
        (0.04, 0.0, 0.0),
        (0.05, 0.1, 0.0),
        (0.15, 0.2, 0.2),
        (0.25, 0.3, 0.2),
        (0.2499, 0.2, 0.2),
        (0.2501, 0.3, 0.3),
        (0.35, 0.4, 0.4),
        (0.45, 0.5, 0.4),
        (0.85, 0.9, 0.8),
        (1.0, 1.0, 1.0),
    ],
)
def test_rounding_to_the_nearest_tenth(increase: float, half_up: float, half_even: float) -> None:
    assert rounded_increase(increase, 0.1, "half_up") == pytest.approx(half_up, abs=1e-15)
    assert rounded_increase(increase, 0.1, "half_even") == pytest.approx(half_even, abs=1e-15)


@pytest.mark.parametrize("tie", ["half_up", "half_even"])
@pytest.mark.parametrize("percent", range(5, 200, 10))
def test_a_tie_is_a_tie_however_it_was_computed(percent: int, tie: str) -> None:
    """1.15 − 1, 0.15 and 2300/2000 − 1 differ in the last bits, not in what insureds do."""
    exact = percent / 100
    tenths = (percent + 5) // 10 if tie == "half_up" or (percent // 10) % 2 else percent // 10
    for computed in (exact, (1 + exact) - 1, (2000 + 20 * percent) / 2000 - 1, np.nextafter(exact, 0)):
        assert rounded_increase(computed, 0.1, tie) == pytest.approx(tenths / 10, abs=1e-12)


@pytest.mark.parametrize(
    ("increase", "cbul", "rbo"),
    [
        (0.00, 0.0, 0.0),
        (0.15, 0.0, 0.0),  # "greater than 15%"
        (1.15 - 1, 0.0, 0.0),  # 0.1499999999999999
        (0.1 + 0.05, 0.0, 0.0),  # 0.15000000000000002
        (0.1501, 0.016, 0.04),  # 20%
        (0.20, 0.016, 0.04),
        (0.25, 0.024, 0.06),  # half up: 30%
        (0.40, 0.032, 0.08),
        (0.77, 0.064, 0.16),
        (0.94, 0.072, 0.18),
        (0.95, 0.080, 0.20),
        (1.00, 0.080, 0.20),
    ],
)
def test_election_rates(increase: float, cbul: float, rbo: float) -> None:
    elected = cbul_election(increase, False, FILED)
    assert elected == pytest.approx(cbul, abs=1e-15)
    assert rbo_election(elected, FILED) == pytest.approx(rbo, abs=1e-15)
    assert cbul_election(increase, True, FILED) == 0.0


def test_the_other_tie_rule_elects_less_at_25_percent() -> None:
    assert cbul_election(0.25, False, FILED, "half_even") == pytest.approx(0.016, abs=1e-15)


@given(a=increases, b=increases)
def test_a_larger_increase_never_elects_less(a: float, b: float) -> None:
    low, high = sorted((a, b))
    c_low, c_high = (cbul_election(r, False, FILED) for r in (low, high))
    assert c_low <= c_high
    assert adverse_selection(c_low, rbo_election(c_low, FILED), FILED) <= adverse_selection(
        c_high, rbo_election(c_high, FILED), FILED
    )


@given(c=st.floats(0.0, 0.4), b=st.floats(0.0, 0.5))
def test_adverse_selection_solves_appendix_a(c: float, b: float) -> None:
    """The pool's morbidity before the increase is 1 whatever share elects what."""
    stay = adverse_selection(c, b, FILED)
    pool = stay * (1 - c - b) + (1 - 0.25) * stay * c + (1 - 0.125) * stay * b
    assert pool == pytest.approx(1.0, rel=1e-14)


def test_adverse_selection_of_the_filings_average() -> None:
    """Section 6e: 5% CBUL and 13% RBO go with 3% more morbidity."""
    assert adverse_selection(0.05, 0.13, FILED) == pytest.approx(1 / (1 - 0.0125 - 0.01625), rel=1e-15)
    assert round(float(adverse_selection(0.05, 0.13, FILED)) - 1, 2) == 0.03


def test_rbo_bases_at_an_increase_of_100_percent() -> None:
    # C = 8%, B = 20%. Literal: electors keep 1 of a premium of 2, so 1 − (0.2·1 + 0.8·2)/2 = 10%.
    # Its weights as they are: 1 − (0.2·1 + (1 − 0.08 − 0.2)·2)/2 = 18% = C + B·R/(1 + R) = 8% + 10%.
    args = (1.0, 0.08, 0.20)
    assert rbo_reduction(*args, "as_filed") == pytest.approx(0.20, rel=1e-15)
    assert rbo_reduction(*args, "literal") == pytest.approx(0.10, rel=1e-14)
    assert rbo_reduction(*args, "literal_unnormalised") == pytest.approx(0.18, rel=1e-14)


@given(r=increases, c=st.floats(0.0, 0.1))
def test_rbo_bases_are_the_averages_they_say(r: float, c: float) -> None:
    b = 2.5 * c
    full = 1 + r
    assert rbo_reduction(r, c, b, "literal") == pytest.approx(1 - (b * 1 + (1 - b) * full) / full, abs=1e-15)
    words = 1 - (b * 1 + (1 - c - b) * full) / full
    assert rbo_reduction(r, c, b, "literal_unnormalised") == pytest.approx(words, abs=1e-15)


@pytest.mark.parametrize("basis", ["guess", "a", "z"])
def test_an_unknown_basis_is_an_error(basis: str) -> None:
    with pytest.raises(InputError, match=rf"rbo_basis.*'{basis}'"):
        rbo_reduction(0.5, 0.04, 0.1, basis)


def test_elections_jump_where_they_are_said_to_and_nowhere_else() -> None:
    jumps = election_jumps(14.0, FILED)
    assert jumps[:3] == pytest.approx([0.15, 0.25, 0.35], rel=1e-15)
    below, above = (cbul_election(jumps + side, False, FILED) for side in (-1e-8, 1e-8))
    # Everybody elects from 1,250% on, so that nothing is left to jump.
    assert ((above > below) == (below < 1.0)).all()
    between = np.linspace(jumps[:-1] + 1e-8, jumps[1:] - 1e-8, 9)
    assert (cbul_election(between, False, FILED) == above[:-1]).all()
    assert (cbul_election(np.linspace(0.0, jumps[0] - 1e-8, 9), False, FILED) == 0.0).all()


@pytest.mark.parametrize(
    ("highest", "threshold", "jumps"),
    [
        (0.15, 0.15, []),
        (0.16, 0.15, [0.15]),
        (0.30, 0.15, [0.15, 0.25]),
        (0.30, 0.00, [0.05, 0.15, 0.25]),
        (0.30, 0.22, [0.22, 0.25]),
        (0.0, 0.15, []),
    ],
)
def test_jumps_up_to_an_increase(highest: float, threshold: float, jumps: list[float]) -> None:
    behaviour = dataclasses.replace(FILED, cbul_threshold=threshold)
    assert election_jumps(highest, behaviour).tolist() == pytest.approx(jumps)
