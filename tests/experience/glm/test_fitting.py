"""Penalized regression: closed forms, other ways to the same fit, and what must not matter."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import glum
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from xl_ltc.errors import InputError
from xl_ltc.experience.basis import (
    ELASTIC_NET,
    FUSED,
    LASSO,
    NO_SMOOTHING,
    ONE_STANDARD_ERROR,
    RIDGE,
    WHITTAKER_HENDERSON,
    StudyBasis,
)
from xl_ltc.experience.glm.cross_validation import CrossValidation, assign_folds, poisson_deviance
from xl_ltc.experience.glm.design import Cells, Collapsed, Effect, collapse
from xl_ltc.experience.glm.fit import Fit, fit_factors
from xl_ltc.experience.glm.fitting import Regression, make_penalty, penalty_path

EVENTS, EXPECTED = np.array([30.0, 8.0, 0.0, 55.0]), np.array([40.0, 5.0, 1.5, 54.0])


def one_effect(events: np.ndarray = EVENTS, expected: np.ndarray = EXPECTED) -> Cells:
    codes = np.arange(events.size)
    return Cells((Effect("age", tuple(map(str, codes)), codes, (tuple(codes),)),), events, expected, codes % 2)


def random_cells(seed: int = 1, cells: int = 600, scale: float = 1.0) -> Cells:
    rng = np.random.default_rng(seed)
    age, sex = rng.integers(0, 12, cells), rng.integers(0, 2, cells)
    expected = rng.gamma(2.0, 1.0, cells)
    events = rng.poisson(expected * np.exp(-0.05 * np.abs(age - 5) - 0.3 * sex)).astype(float)
    effects = (
        Effect("age", tuple(map(str, range(12))), age, (tuple(range(12)),)),
        Effect("sex", ("M", "F"), sex),
    )
    return Cells(effects, scale * events, scale * expected, rng.integers(0, 4, cells))


def basis(**choices: Any) -> StudyBasis:
    return dataclasses.replace(StudyBasis(), **{"penalties": 20, "smoothing": NO_SMOOTHING, **choices})


def coefficients(cells: Cells, chosen: StudyBasis, penalty: float, strength: float = 0.0) -> np.ndarray:
    data = collapse(cells)
    form = make_penalty(data.layout, chosen, np.full(len(cells.effects), strength))
    return form.coefficients(Regression(data, form.steps).path(form, np.array([penalty])))[0]


@pytest.mark.parametrize("penalty", [1e-4, 0.02, 0.5])
def test_ridge_of_one_effect_solves_an_equation_a_level(penalty: float) -> None:
    """Expected · e^b − events + λ E b = 0, E the sum of the expected."""
    weight = penalty * EXPECTED.sum()
    roots = [
        brentq(lambda b, d=d, e=e: e * np.exp(b) - d + weight * b, -50.0, 50.0, xtol=1e-13)
        for d, e in zip(EVENTS, EXPECTED, strict=True)
    ]
    assert coefficients(one_effect(), basis(), penalty) == pytest.approx(roots, abs=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 50.0), st.floats(1.0, 50.0)), min_size=2, max_size=6), st.floats(0.001, 0.5))
def test_lasso_of_one_effect_is_zero_where_actual_is_near_expected(
    levels: list[tuple[float, float]], penalty: float
) -> None:
    """b = 0 iff |events − expected| ≤ λ E; otherwise e^b = (events ∓ λ E) / expected."""
    events, expected = map(np.array, zip(*levels, strict=True))
    found = coefficients(one_effect(events, expected), basis(penalty=LASSO), penalty)
    limit = penalty * expected.sum()
    moved = np.sign(events - expected) * np.maximum(np.abs(events - expected) - limit, 0.0)
    assert np.exp(found) * expected == pytest.approx(expected + moved, abs=1e-5 * expected.sum())
    near = np.abs(events - expected) < 0.999 * limit
    assert (found[near] == 0.0).all()


def test_without_penalty_factors_are_actual_to_expected() -> None:
    found = Regression(collapse(one_effect())).unpenalized()
    some = EVENTS > 0.0
    assert np.exp(found[some]) == pytest.approx(EVENTS[some] / EXPECTED[some], rel=1e-5)
    assert np.exp(found[~some]) < 1e-4


@pytest.mark.parametrize("penalty", [RIDGE, LASSO, ELASTIC_NET])
def test_the_path_begins_at_the_benchmark_and_moves_away(penalty: str) -> None:
    data = collapse(random_cells())
    form = make_penalty(data.layout, basis(penalty=penalty), np.zeros(2))
    penalties = penalty_path(data, form, 30)
    path = Regression(data).path(form, penalties)
    assert (np.diff(penalties) < 0.0).all() and penalties.size == 30
    assert np.abs(path[0]).max() < 0.0101
    assert np.abs(path[-1]).max() > 0.2
    if penalty != RIDGE:
        assert not path[0].any() and path[1].any()
        assert Regression(data).path(form, penalties[:1] * 0.9999).any(), "a largest penalty that is not needed"


@pytest.mark.parametrize(
    ("choices", "strength"),
    [
        ({"penalty": RIDGE, "smoothing": WHITTAKER_HENDERSON}, 5.0),
        ({"penalty": LASSO, "smoothing": WHITTAKER_HENDERSON}, 5.0),
        ({"penalty": ELASTIC_NET, "smoothing": WHITTAKER_HENDERSON}, 5.0),
        ({"penalty": ELASTIC_NET, "smoothing": FUSED}, 2.0),
        ({"penalty": LASSO, "smoothing": FUSED}, 2.0),
    ],
)
def test_no_step_in_any_direction_makes_the_objective_less(choices: dict[str, Any], strength: float) -> None:
    """The objective written out anew, of each kind of penalty, is least at the fit."""
    cells, chosen, penalty = random_cells(), basis(**choices), 0.004
    found = coefficients(cells, chosen, penalty, strength)
    share = {RIDGE: 0.0, LASSO: 1.0, ELASTIC_NET: 0.5}[chosen.penalty]

    def objective(b: np.ndarray) -> float:
        mean = cells.expected * np.exp(b[cells.effects[0].codes] + b[12 + cells.effects[1].codes])
        fit = (mean - cells.events * np.log(mean)).sum() / cells.expected.sum()
        age, sex = b[:12], b[12:]
        if chosen.smoothing == FUSED:
            level, step = np.append(age[0], sex), np.diff(age)
            size = np.abs(level).sum() + strength * np.abs(step).sum()
            square = (level**2).sum() + strength * (step**2).sum()
            return float(fit + penalty * (share * size + (1.0 - share) / 2.0 * square))
        rough = strength / 2.0 * (np.diff(age, 2) ** 2).sum()
        return float(fit + penalty * (share * np.abs(b).sum() + (1.0 - share) / 2.0 * (b**2).sum() + rough))

    least = objective(found)
    rng = np.random.default_rng(0)
    directions = [*np.eye(14), *np.tril(np.ones((12, 14))), *rng.normal(size=(20, 14))]
    assert min(objective(found + h * d) for d in directions for h in (-1e-3, 1e-3, -0.03, 0.03)) > least - 1e-9


def test_an_offset_is_the_same_as_weights() -> None:
    """glum with log expected as offset divides by the number of cells, so that its λ is ours times E / cells."""
    cells, penalty = random_cells(), 0.01
    matrix = np.concatenate([np.eye(12)[cells.effects[0].codes], np.eye(2)[cells.effects[1].codes]], axis=1)
    model = glum.GeneralizedLinearRegressor(
        family="poisson",
        alpha=penalty * cells.expected.sum() / cells.expected.size,
        l1_ratio=0.0,
        fit_intercept=False,
        gradient_tol=1e-10,
    ).fit(matrix, cells.events, offset=np.log(cells.expected))
    assert coefficients(cells, basis(), penalty) == pytest.approx(model.coef_, abs=1e-7)


def test_great_smoothing_makes_a_line_and_fused_makes_steps() -> None:
    smooth = coefficients(random_cells(), basis(smoothing=WHITTAKER_HENDERSON), 1e-3, 1e7)[:12]
    assert np.abs(np.diff(smooth, 2)).max() < 1e-5 < np.ptp(smooth)
    fused = np.diff(coefficients(random_cells(), basis(penalty=LASSO, smoothing=FUSED), 0.01, 1.0)[:12])
    assert 0 < np.count_nonzero(fused) < fused.size, "some neighbours equal, some not"


def test_levels_without_exposure_are_told_and_follow_their_neighbours() -> None:
    expected, events = np.array([50.0, 50.0, 50.0, 50.0]), np.array([30.0, 30.0, 30.0, 0.0])
    codes = np.array([0, 1, 3, 4])
    effect = Effect("age", ("0", "1", "2", "3", "4"), codes, ((0, 1, 2, 3, 4),))
    cells = Cells((effect,), events, expected, np.array([0, 1, 0, 1]))
    fit = fit_factors(cells, basis())
    assert fit.without_exposure == (("age", "2"),) and fit.without_events == (("age", "4"),)
    assert fit.factors["age"][2] == 1.0
    between = fit_factors(cells, basis(smoothing=WHITTAKER_HENDERSON, smoothing_strength=100.0)).factors["age"]
    assert between[3] < between[2] < between[1]


def same(a: Fit, b: Fit, tolerance: float = 1e-9) -> bool:
    assert b.path == pytest.approx(a.path, abs=tolerance)
    assert b.mean == pytest.approx(a.mean, abs=tolerance) and b.error == pytest.approx(a.error, abs=tolerance)
    assert b.penalties == pytest.approx(a.penalties)
    assert (b.chosen, b.strengths) == (a.chosen, a.strengths)
    assert (b.before, b.after, b.unadjusted) == pytest.approx((a.before, a.after, a.unadjusted))
    return True


@pytest.fixture(scope="module")
def plain() -> Fit:
    return fit_factors(random_cells(), StudyBasis(penalties=20))


def test_cells_added_up_are_the_same(plain: Fit) -> None:
    cells = random_cells()
    parts = []
    for fold in range(4):
        data = collapse(cells.select(cells.fold == fold))
        parts.append((data.positions, data.events, data.expected, np.full(data.events.size, fold)))
    positions, events, expected, folds = (np.concatenate(p, axis=-1) for p in zip(*parts, strict=True))
    effects = tuple(
        dataclasses.replace(e, codes=positions[k] - start)
        for k, (e, start) in enumerate(zip(cells.effects, cells.layout.starts, strict=False))
    )
    assert events.size < cells.events.size
    assert same(plain, fit_factors(Cells(effects, events, expected, folds), StudyBasis(penalties=20)))


def test_the_order_of_cells_does_not_matter(plain: Fit) -> None:
    cells = random_cells()
    order = np.random.default_rng(3).permutation(cells.events.size)
    assert same(plain, fit_factors(cells.select(order), StudyBasis(penalties=20)))


def test_the_order_of_levels_does_not_matter(plain: Fit) -> None:
    cells = random_cells()
    age = cells.effects[0]
    order = np.random.default_rng(4).permutation(12)  # level k stands where order is k
    place = np.argsort(order)
    moved = Effect("age", tuple(age.levels[k] for k in order), place[age.codes], (tuple(int(p) for p in place),))
    fit = fit_factors(dataclasses.replace(cells, effects=(moved, cells.effects[1])), StudyBasis(penalties=20))
    back = np.concatenate([place, [12, 13]])
    assert same(plain, dataclasses.replace(fit, path=fit.path[:, back]))


@pytest.mark.parametrize("scale", [1e-3, 1e6])
def test_the_unit_of_the_events_does_not_matter(plain: Fit, scale: float) -> None:
    assert same(plain, fit_factors(random_cells(scale=scale), StudyBasis(penalties=20)))


def test_the_number_of_threads_does_not_matter(plain: Fit) -> None:
    assert same(plain, fit_factors(random_cells(), StudyBasis(penalties=20), threads=1), 0.0)


def test_what_steps_are_compared_with_is_the_same() -> None:
    """No adjustment and no penalty don't depend on how the penalty in between smooths."""
    fused = fit_factors(random_cells(), basis(penalty=LASSO, smoothing=FUSED, smoothing_strength=1.0))
    plain = fit_factors(random_cells(), basis())
    assert (fused.unadjusted, fused.unpenalized) == pytest.approx((plain.unadjusted, plain.unpenalized), rel=1e-6)
    assert fused.validated < fused.unadjusted


def test_held_out_deviance_by_hand() -> None:
    """Subset 0 fitted without penalty to subset 1: both have one level, 12 of 10 and 5 of 10."""
    codes = np.zeros(2, dtype=np.int64)
    cells = Cells((Effect("all", ("all",), codes),), np.array([12.0, 5.0]), np.array([10.0, 10.0]), np.array([0, 1]))
    validation = CrossValidation(cells)
    first = 2.0 * (12.0 * np.log(12.0 / 5.0) - 12.0 + 5.0) / 10.0
    second = 2.0 * (5.0 * np.log(5.0 / 12.0) - 5.0 + 12.0) / 10.0
    found = validation.validate(lambda fold: fold.training.unpenalized())
    assert float(found.mean) == pytest.approx((first + second) / 2.0, rel=1e-6)
    assert float(found.error) == pytest.approx(abs(first - second) / 2.0, rel=1e-6)
    assert validation.unadjusted() == pytest.approx((12.0 * np.log(1.2) - 2.0 + 5.0 * np.log(0.5) + 5.0) * 2.0 / 20.0)


def test_deviance_of_no_events() -> None:
    assert poisson_deviance(np.array([0.0, 2.0]), np.array([3.0, 2.0])) == pytest.approx(6.0)


def test_the_choice_of_the_penalty() -> None:
    least = fit_factors(random_cells(), basis())
    larger = fit_factors(random_cells(), basis(penalty_choice=ONE_STANDARD_ERROR))
    assert least.chosen == least.minimum == larger.minimum == int(np.argmin(least.mean))
    assert larger.chosen == larger.one_standard_error < larger.minimum
    limit = larger.mean[larger.minimum] + larger.error[larger.minimum]
    assert larger.mean[larger.chosen] <= limit < larger.mean[larger.chosen - 1]


def test_strengths_are_those_that_validate_best_and_others_are_told(plain: Fit) -> None:
    assert plain.strengths[1] == 0.0
    best = min(plain.tried, key=lambda tried: tried.deviance)
    assert best.strengths == plain.strengths and len(plain.tried) >= 3
    given_one = fit_factors(random_cells(), StudyBasis(penalties=20, smoothing_strength=7.0))
    assert given_one.strengths == (7.0, 0.0) and given_one.tried == ()


def test_lasso_counts_what_is_not_zero() -> None:
    fit = fit_factors(random_cells(), basis(penalty=LASSO))
    assert fit.nonzero.tolist() == [np.count_nonzero(row) for row in fit.path] and fit.nonzero[0] == 0


def test_folds_are_balanced_and_seeded() -> None:
    folds = assign_folds(103, 5, 2016)
    assert sorted(np.bincount(folds)) == [20, 20, 21, 21, 21]
    assert (folds == assign_folds(103, 5, 2016)).all() and (folds != assign_folds(103, 5, 2017)).any()
    assert (np.sort(folds) != folds).any()


@pytest.mark.parametrize(("policies", "folds"), [(4, 5), (10, 1)])
def test_folds_need_policies(policies: int, folds: int) -> None:
    with pytest.raises(InputError, match="folds"):
        assign_folds(policies, folds, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"events": np.array([1.0, -1.0, 0.0, 0.0])}, "events"),
        ({"expected": np.array([1.0, 1.0, 0.0, 1.0])}, "expected events"),
        ({"fold": np.zeros(3, dtype=np.int64)}, "shapes"),
        ({"effects": ()}, "effects"),
        ({"effects": (Effect("a", ("x", "y"), np.array([0, 1, 2, 0])),)}, "from 0 to 2; allowed: from 0 to 1"),
        ({"effects": (Effect("a", ("x", "x"), np.zeros(4, dtype=np.int64)),)}, "no two alike"),
        ({"effects": (Effect("a", ("x", "y"), np.zeros(4, dtype=np.int64), ((0, 1), (1,))),)}, "at most once"),
    ],
)
def test_cells_that_cannot_be(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        dataclasses.replace(one_effect(), **change)


def test_refusals() -> None:
    with pytest.raises(InputError, match="no share of sizes"):
        fit_factors(random_cells(), basis(smoothing=FUSED))
    with pytest.raises(InputError, match="folds"):
        fit_factors(random_cells().select(random_cells().fold == 0), basis())
    with pytest.raises(InputError, match="no events"):
        fit_factors(dataclasses.replace(random_cells(), events=np.zeros(600)), basis())


def test_without_glum_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "glum", None)
    with pytest.raises(InputError, match=r"xl-ltc\[study\]"):
        fit_factors(random_cells(), basis())


def test_collapsed_cells_keep_their_sums() -> None:
    cells = random_cells()
    data: Collapsed = collapse(cells)
    assert data.events.size == 24
    assert data.by_level(data.events)[:12] == pytest.approx(np.bincount(cells.effects[0].codes, cells.events))
    assert data.by_level(data.expected)[12:] == pytest.approx(np.bincount(cells.effects[1].codes, cells.expected))
