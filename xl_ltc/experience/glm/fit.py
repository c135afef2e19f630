"""Factors by the penalty, and the smoothing, that cross-validate best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xl_ltc.errors import InputError, Problem
from xl_ltc.experience import basis as b
from xl_ltc.experience.glm.cross_validation import CrossValidation, deviance_of
from xl_ltc.experience.glm.design import Cells, Collapsed, Layout, collapse
from xl_ltc.experience.glm.fitting import Penalty, Regression, make_penalty, penalty_path
from xl_ltc.experience.glm.smoothing import steps

STRENGTHS = {
    b.WHITTAKER_HENDERSON: tuple(10.0**k for k in range(7)),
    b.FUSED: (0.1, 0.3, 1.0, 3.0, 10.0),
}
"""Strengths that are tried, by kind of smoothing. Factors' logarithms are some tenths, their second differences some
hundredths: a strength is about the square of their ratio."""

_SEARCH_PENALTIES, _AROUND = 17, 2
"""Penalties tried with the first strengths, and how many on each side of the best of them with others."""


@dataclass(frozen=True)
class Tried:
    """Strengths of smoothing, one an effect, and the least cross-validated deviance with them."""

    strengths: tuple[float, ...]
    deviance: float


@dataclass(frozen=True)
class Fit:
    """What was fitted. Deviances are of Poisson events, a benchmark event.

    Attributes:
        layout: effects and levels of the coefficients.
        penalties: λ, the largest first.
        mean, error: cross-validated deviance by λ, its mean over subsets and its standard error.
        minimum, one_standard_error, chosen: positions in ``penalties``: of the least mean, of the largest λ within
            one standard error of it, and of the one the study's basis chooses.
        strengths: of smoothing, one an effect; 0 where an effect has no chains. tried: what was tried for them, the
            deviances for only some of the penalties.
        path: coefficients by λ, shape (λ, coefficients). nonzero: how many are not 0, by λ; where steps are
            penalized, first levels and steps.
        expected, events: sums by level.
        before, after: deviance of the cells under the benchmark and under the factors.
        unadjusted, unpenalized, validated: cross-validated deviance of the benchmark, of a fit without a penalty
            (λ = ``fitting.UNPENALIZED``), and of the chosen λ.
    """

    layout: Layout
    penalties: np.ndarray
    mean: np.ndarray
    error: np.ndarray
    minimum: int
    one_standard_error: int
    chosen: int
    strengths: tuple[float, ...]
    tried: tuple[Tried, ...]
    path: np.ndarray
    nonzero: np.ndarray
    expected: np.ndarray
    events: np.ndarray
    before: float
    after: float
    unadjusted: float
    unpenalized: float

    @property
    def validated(self) -> float:
        """Cross-validated deviance of the chosen λ."""
        return float(self.mean[self.chosen])

    @property
    def coefficients(self) -> dict[str, np.ndarray]:
        """Coefficients of the chosen λ by effect."""
        return self.layout.split(self.path[self.chosen])

    @property
    def factors(self) -> dict[str, np.ndarray]:
        """Factors e^b of the chosen λ by effect, their level as fitted; see ``level.set_level``."""
        return {name: np.exp(coefficients) for name, coefficients in self.coefficients.items()}

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Expected events by effect and level."""
        return self.layout.split(self.expected)

    @property
    def without_exposure(self) -> tuple[tuple[str, str], ...]:
        """Effects and levels of which nothing is known: factor 1, or what smoothing makes of their neighbours'."""
        return self.layout.named(self.expected == 0.0)

    @property
    def without_events(self) -> tuple[tuple[str, str], ...]:
        """Effects and levels with exposure but no events: only the penalty keeps their factor above 0."""
        return self.layout.named((self.events == 0.0) & (self.expected > 0.0))


def fit_factors(cells: Cells, basis: b.StudyBasis, threads: int | None = None, what: str = "events") -> Fit:
    """Factors on the benchmark by the choices of a study.

    Args:
        cells: experience with its subsets of policies.
        basis: ``penalty``, ``elastic_net_share``, ``penalties``, ``penalty_choice``, ``smoothing`` and
            ``smoothing_strength`` are read.
        threads: subsets fitted side by side; the result does not depend on it.
        what: the events, in words.

    Raises:
        InputError: choices that exclude each other, no or one subset, no events, or glum not installed.
    """
    data = collapse(cells)
    if not data.events.any():
        raise InputError([Problem("experience", f"no {what}", "one or more: factors can't be fitted to none")])
    fused = basis.smoothing == b.FUSED
    matrix = steps(data.layout) if fused else None
    validation = CrossValidation(cells, matrix, threads)
    strengths, tried = _strengths(data, basis, validation)
    penalty = make_penalty(data.layout, basis, strengths)
    penalties = penalty_path(data, penalty, basis.penalties)
    found, theta = validation.path_beside(Regression(data, matrix), penalty, penalties)
    path = penalty.coefficients(theta)
    chosen = found.least if basis.penalty_choice == b.MINIMUM else found.within_one_error
    return Fit(
        layout=data.layout,
        penalties=penalties,
        mean=found.mean,
        error=found.error,
        minimum=found.least,
        one_standard_error=found.within_one_error,
        chosen=chosen,
        strengths=tuple(float(s) for s in strengths),
        tried=tried,
        path=path,
        nonzero=np.count_nonzero(theta, axis=1),
        expected=data.by_level(data.expected),
        events=data.by_level(data.events),
        before=float(deviance_of(data, np.zeros(data.layout.size))),
        after=float(deviance_of(data, path[chosen])),
        unadjusted=validation.unadjusted(),
        unpenalized=validation.unpenalized(),
    )


def _strengths(
    data: Collapsed, basis: b.StudyBasis, validation: CrossValidation
) -> tuple[np.ndarray, tuple[Tried, ...]]:
    """The given strength, or those that cross-validate best, and what was tried."""
    chained = np.array([bool(chains) for chains in data.layout.chains])
    if basis.smoothing == b.NO_SMOOTHING or not chained.any():
        return np.zeros(chained.size), ()
    if basis.smoothing_strength > 0.0:
        return np.where(chained, basis.smoothing_strength, 0.0), ()
    search = _Search(data, basis, validation)
    grid = STRENGTHS[basis.smoothing]
    best = _improve(np.where(chained, grid[len(grid) // 2], 0.0), chained, grid, search)
    for effect in np.flatnonzero(chained):
        best = _improve(best, np.arange(chained.size) == effect, grid, search)
    return best, search.tried


def _improve(best: np.ndarray, effects: np.ndarray, grid: tuple[float, ...], search: _Search) -> np.ndarray:
    """Make the strength of some effects, the same for all of them, smaller or larger while that validates better."""
    for direction in (-1, 1):
        for candidate in _along(best, effects, grid, direction):
            if search(candidate) >= search(best):
                break
            best = candidate
    return best


def _along(best: np.ndarray, effects: np.ndarray, grid: tuple[float, ...], direction: int) -> Iterator[np.ndarray]:
    position = grid.index(float(best[effects][0])) + direction
    while 0 <= position < len(grid):
        yield np.where(effects, grid[position], best)
        position += direction


class _Search:
    """The least cross-validated deviance with strengths of smoothing; remembers what was tried."""

    def __init__(self, data: Collapsed, basis: b.StudyBasis, validation: CrossValidation) -> None:
        self._data, self._basis, self._validation = data, basis, validation
        self._found: dict[tuple[float, ...], float] = {}
        self._best: int | None = None

    def __call__(self, strengths: np.ndarray) -> float:
        key = tuple(float(s) for s in strengths)
        if key not in self._found:
            self._found[key] = self._least(make_penalty(self._data.layout, self._basis, strengths))
        return self._found[key]

    def _least(self, penalty: Penalty) -> float:
        # Some of the penalties tell which strength is best: the deviance is flat around its least.
        penalties = penalty_path(self._data, penalty, min(self._basis.penalties, _SEARCH_PENALTIES))
        if self._best is not None:
            first, last = max(self._best - _AROUND, 0), min(self._best + _AROUND, len(penalties) - 1)
            near = self._validation.path(penalty, penalties[first : last + 1])
            if first < first + near.least < last:
                self._best = first + near.least
                return float(near.mean.min())
        every = self._validation.path(penalty, penalties)
        self._best = every.least
        return float(every.mean.min())

    @property
    def tried(self) -> tuple[Tried, ...]:
        return tuple(Tried(strengths, deviance) for strengths, deviance in self._found.items())
