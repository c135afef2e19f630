"""Finding where a measure meets its target, on measures whose answer is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xl_ltc.errors import InputError
from xl_ltc.rate_increase.solve import MEASURE_TOLERANCE, Curve, NoAnswer, Root, solve

Measure = Callable[[float], float]


def ratio(increase: float) -> float:
    """A loss ratio of claims of 3 and premium of 1 and 2, of which the 2 rises."""
    return 3.0 / (1.0 + 2.0 * (1.0 + increase))


def jumping(increase: float) -> float:
    """One less the increase, and a quarter less from 50% on."""
    return 1.0 - increase - (0.25 if increase >= 0.5 else 0.0)


def falling_and_rising(increase: float) -> float:
    return abs(increase - 1.0)


def solved(measure: Measure, target: float, *points: float) -> Root:
    return solve(measure, target, Curve(points, [measure(p) for p in points]), "ratio")


@pytest.mark.parametrize("target", [0.9, 0.75, 0.5, 0.3])
@pytest.mark.parametrize("points", [(0.0, 10.0), (0.0, 0.1, 0.5, 1.0, 4.0, 10.0)])
def test_a_smooth_measure(target: float, points: tuple[float, ...]) -> None:
    root = solved(ratio, target, *points)
    assert root.increase == pytest.approx((3.0 / target - 3.0) / 2.0, abs=1e-9)
    assert root.value == ratio(root.increase) == pytest.approx(target, abs=MEASURE_TOLERANCE)
    assert (root.increase, root.value) in root.trials
    assert root.jump is None
    assert root.again == ()


def test_every_trial_is_measured_once_and_the_curve_not_again() -> None:
    asked = []

    def counted(increase: float) -> float:
        asked.append(increase)
        return ratio(increase)

    curve = Curve([0.0, 1.0, 2.0], [ratio(0.0), ratio(1.0), ratio(2.0)])
    root = solve(counted, 0.5, curve, "ratio")
    assert asked == [increase for increase, _ in root.trials]
    assert len(set(asked)) == len(asked) < 10
    assert not {0.0, 1.0, 2.0} & set(asked)


def test_a_target_the_measure_has_at_a_point() -> None:
    assert solved(ratio, 1.0, 0.0, 1.0) == Root(0.0, 1.0, ((0.0, 1.0),))
    assert solved(ratio, 0.6, 0.0, 1.0, 2.0).increase == 1.0


def test_a_measure_that_a_rounding_keeps_from_its_target_is_at_it() -> None:
    curve = Curve([0.0, 1.0], [1.0 - 1e-15, 0.6])
    assert solve(ratio, 1.0, curve, "ratio").increase == 0.0
    with pytest.raises(InputError):
        solve(ratio, 1.0, Curve([0.0, 1.0], [1.0 - 1e-9, 0.6]), "ratio")


def test_a_target_inside_a_jump_is_not_reached() -> None:
    root = solved(jumping, 0.4, 0.0, 0.5 - 1e-8, 0.5 + 1e-8, 1.0)
    assert root.increase == pytest.approx(0.5, abs=1e-12)
    assert root.jump == (pytest.approx(0.5, abs=2e-8), pytest.approx(0.25, abs=2e-8))
    assert root.value == jumping(root.increase)
    assert root.trials == ((root.increase, root.value),)


def test_a_jump_between_points_that_are_not_close_is_found() -> None:
    root = solved(jumping, 0.4, 0.0, 1.0)
    assert root.increase == pytest.approx(0.5, abs=0.5)
    assert root.jump == (1.0, -0.25)


def test_a_target_out_of_reach_says_why_in_a_few_words() -> None:
    with pytest.raises(NoAnswer) as refused:
        solved(ratio, 0.05, 0.0, 10.0)
    assert refused.value.reason == "no increase up to 1,000.00% reaches it; 13.0435% to 100.0000% is in reach"


@pytest.mark.parametrize(("target", "increase"), [(0.51, 0.49), (0.24, 0.51)])
def test_targets_beside_a_jump_are_reached(target: float, increase: float) -> None:
    root = solved(jumping, target, 0.0, 0.5 - 1e-8, 0.5 + 1e-8, 1.0)
    assert root.increase == pytest.approx(increase, abs=1e-9)
    assert root.jump is None


def test_no_jump_between_points_that_are_close_is_no_jump() -> None:
    root = solved(lambda x: 1.0 - 3.0 * x, 0.25, 0.0, 0.25 - 1e-8, 0.25 + 1e-8, 1.0)
    assert root.increase == pytest.approx(0.25, abs=1e-9)
    assert root.jump is None


def test_the_smallest_of_several_increases_and_where_the_others_are() -> None:
    root = solved(falling_and_rising, 0.25, 0.0, 0.5, 1.0, 1.5, 2.0)
    assert root.increase == pytest.approx(0.75, abs=1e-9)
    assert root.again == ((1.0, 1.5),)


@pytest.mark.parametrize("target", [1.0001, 0.1])
def test_a_target_out_of_reach_names_what_can_be_reached(target: float) -> None:
    message = (
        rf"target ratio: found {target:.4%}, which no increase from 0\.00% to 1,000\.00% reaches; "
        r"allowed: a value from 13\.0435% to 100\.0000%"
    )
    with pytest.raises(InputError, match=message):
        solved(ratio, target, 0.0, 1.0, 10.0)


def test_a_steep_measure_between_points_that_are_not_close_is_no_jump() -> None:
    root = solved(lambda x: 2000.0 * x, 500.0, 0.0, 0.5)
    assert root.increase == pytest.approx(0.25, abs=1e-9)
    assert root.jump is None


@pytest.mark.parametrize(("target", "off", "at"), [(0.5, 0.7e-12, True), (0.5, 1.5e-12, False), (1e3, 5e-10, True)])
def test_how_close_to_its_target_a_measure_is_at_it(target: float, off: float, at: bool) -> None:
    """1e-12 of the target, or of one if that is more."""
    curve = Curve([0.0, 1.0], [target - off, target - 0.1])
    if at:
        assert solve(lambda x: target - off, target, curve, "ratio").increase == 0.0
    else:
        with pytest.raises(NoAnswer):
            solve(ratio, target, curve, "ratio")
