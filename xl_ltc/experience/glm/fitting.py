"""The penalized Poisson regression of cells on their levels, for a path of penalties.

A cell's events have the mean μ = expected × Π factors: log μ = log expected + Σ b, b a coefficient a level and no
intercept. Factors are e^b. With E the sum of the expected events, the coefficients minimize

    (1/E) Σ (μ − events · log μ) + λ (share · Σ s|θ| + ½ θ′Qθ),    b = Tθ.

The first term is half the Poisson deviance a benchmark event, but for a constant: events and expected in another
unit give the same factors. A large λ leaves the benchmark unadjusted. T is the identity unless steps are penalized.
"""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from xl_ltc.errors import InputError
from xl_ltc.experience import basis as b
from xl_ltc.experience.glm.design import Collapsed, Layout
from xl_ltc.experience.glm.smoothing import roughness, step_weights, steps

UNPENALIZED = 1e-9
"""λ of the fit without a penalty, which would not be unique: a level without events gets a factor near, not at, 0."""

_RIDGE_LARGEST, _RIDGE_RANGE = 100.0, 1e-8
_SIZES_RANGE = 1e-4
_GRADIENT, _STEP = {True: 1e-9, False: 1e-8}, 1e-7
"""A fit has converged where its gradient or its last step is less: the gradient of a large penalty has no more digits,
and a step of Newton's method leaves about its square. By whether only squares are penalized; coordinate descent takes
long for the last digits."""

_NEWTON_STEPS, _LAST_STEP = 6, 1e-8
"""After a step so small, what is left is about its square: rounding."""


@dataclass(frozen=True)
class Penalty:
    """λ (share · Σ s|θ| + ½ θ′Qθ) without its λ.

    Attributes:
        share: of the sizes; 0 for ridge.
        sizes: s, the weight of each size, shape (θ,).
        squares: Q, shape (θ, θ).
        steps: T of b = Tθ, or None where θ are the coefficients.
    """

    share: float
    sizes: np.ndarray
    squares: np.ndarray
    steps: np.ndarray | None = None

    def coefficients(self, theta: np.ndarray) -> np.ndarray:
        """Coefficients b of θ, a vector or vectors in rows."""
        return theta if self.steps is None else theta @ self.steps.T

    def gradient(self, by_level: np.ndarray) -> np.ndarray:
        """The derivatives by θ from those by b."""
        return by_level if self.steps is None else by_level @ self.steps


def size_share(basis: b.StudyBasis) -> float:
    """Share of the sizes in the penalty: 0 for ridge, 1 for lasso."""
    return {b.RIDGE: 0.0, b.LASSO: 1.0, b.ELASTIC_NET: basis.elastic_net_share}[basis.penalty]


def make_penalty(layout: Layout, basis: b.StudyBasis, strengths: np.ndarray) -> Penalty:
    """The penalty of the named choices.

    * no smoothing: share · Σ|b| + (1 − share)/2 · Σb²
    * Whittaker–Henderson: that and ½ Σ strength · (Δ²b)² along the chains, whatever the share
    * fused: share · Σ s|θ| + (1 − share)/2 · Σ sθ², θ a chain's first coefficient and its steps Δb; s = strength for
      steps and 1 otherwise

    Args:
        strengths: of the smoothing relative to the rest of the penalty, one an effect.

    Raises:
        InputError: fused without sizes in the penalty, since only those make steps exactly 0.
    """
    share = size_share(basis)
    if basis.smoothing == b.FUSED:
        if share == 0.0:
            found = f"smoothing {b.FUSED} with penalty {basis.penalty}, no share of sizes"
            raise InputError.single("study basis", found, f"penalty {b.LASSO}, or {b.ELASTIC_NET} with a share above 0")
        sizes = step_weights(layout, strengths)
        return Penalty(share, sizes, (1.0 - share) * np.diag(sizes), steps(layout))
    squares = (1.0 - share) * np.eye(layout.size)
    if basis.smoothing == b.WHITTAKER_HENDERSON:
        squares = squares + roughness(layout, strengths)
    return Penalty(share, np.ones(layout.size), squares)


def penalty_path(data: Collapsed, penalty: Penalty, count: int) -> np.ndarray:
    """Values of λ, the largest first, evenly spaced in their logarithms.

    With sizes, the largest is the least that makes every coefficient 0: the largest |events − expected| of a level, a
    share of all expected events, over share · s. For ridge it is 100 times the largest such |events − expected|: no
    coefficient is beyond ± 0.01. The smallest is 10⁻⁴ of the largest with sizes, 10⁻⁸ for ridge.
    """
    slope = np.abs(penalty.gradient(data.by_level(data.events - data.expected))) / data.expected.sum()
    if penalty.share > 0.0:
        # The allowance keeps rounding from leaving 1e-17 where 0 is meant.
        largest, span = float((slope / penalty.sizes).max()) / penalty.share * (1.0 + 1e-9), _SIZES_RANGE
    else:
        largest, span = _RIDGE_LARGEST * float(slope.max()), _RIDGE_RANGE
    if largest == 0.0:
        largest = 1.0  # actual is expected on every level: any penalty does
    return largest * np.geomspace(1.0, span, count)


@dataclass(frozen=True)
class Regression:
    """Collapsed cells ready to be fitted again and again.

    Attributes:
        data: the cells.
        steps: T of b = Tθ, or None.
    """

    data: Collapsed
    steps: np.ndarray | None = None

    @cached_property
    def matrix(self) -> Any:
        """Indicators of the levels, or the steps they take, as glum's matrix."""
        import tabmat

        blocks = []
        layout = self.data.layout
        for effect, (name, positions) in enumerate(zip(layout.names, self.data.positions, strict=True)):
            at = layout.of(name)
            codes = positions - at.start
            if self.steps is None or not layout.chains[effect]:
                blocks.append(tabmat.CategoricalMatrix(codes.astype(np.int32), np.arange(at.stop - at.start)))
            else:
                blocks.append(tabmat.DenseMatrix(self.steps[at, at][codes]))
        return tabmat.SplitMatrix(blocks)

    def path(self, penalty: Penalty, penalties: np.ndarray) -> np.ndarray:
        """θ for each λ, each fit started from the one before.

        Args:
            penalties: values of λ, the largest first; θ starts at 0.

        Returns:
            Shape (λ, θ).

        Raises:
            InputError: glum is not installed.
        """
        ridge = penalty.share == 0.0
        sizes, squares = penalty.share * penalty.sizes, _diagonal_if_it_is(penalty.squares)
        # glum multiplies sizes by its l1_ratio and squares by the rest; a half undone by 2 lets a lasso be smoothed.
        model = _glum().GeneralizedLinearRegressor(
            family="poisson",
            link="log",
            fit_intercept=False,
            scale_predictors=False,
            solver="irls-ls" if ridge else "irls-cd",
            l1_ratio=0.0 if ridge else 0.5,
            P1="identity" if ridge else 2.0 * sizes,
            P2=squares if ridge else 2.0 * squares,
            alpha=penalties,
            alpha_search=True,
            gradient_tol=_GRADIENT[ridge],
            step_size_tol=_STEP,
            max_iter=200,
            check_input=False,
        )
        # Several threads of OpenMP beside the threads of the subsets, or of other programs, wait for each other.
        # OpenMP's limit is each thread's own, so that it can't be set once outside.
        with one_thread("openmp"):
            # Ratios weighted by what is expected have the likelihood of the events with log expected as an offset.
            model.fit(self.matrix, self.data.events / self.data.expected, sample_weight=self.data.expected)
        return np.asarray(model.coef_path_)

    def polished(self, penalty: Penalty, penalties: np.ndarray, path: np.ndarray) -> np.ndarray:
        """θ for each λ to some ten digits, so that neither the order of cells nor that of levels shows in it.

        glum stops where a gradient is small; a few Newton steps from there, with the zeros and signs it found, leave
        rounding alone. A penalty of sizes alone has no such steps and stays as it is.

        Args:
            penalty: as fitted; penalties: values of λ; path: θ for each of them.
        """
        if penalty.share == 1.0:
            return path
        return np.stack([self._newton(penalty, float(p), theta) for p, theta in zip(penalties, path, strict=True)])

    def _newton(self, penalty: Penalty, strength: float, theta: np.ndarray) -> np.ndarray:
        total = self.data.expected.sum()
        weights, events = self.data.expected / total, self.data.events / total
        free = np.flatnonzero(theta) if penalty.share else np.arange(theta.size)
        slopes = penalty.share * penalty.sizes * np.sign(theta)
        found = theta.copy()
        for _ in range(_NEWTON_STEPS):
            mean = weights * np.exp(self.matrix.matvec(found))
            gradient = self.matrix.transpose_matvec(mean - events) + strength * (penalty.squares @ found + slopes)
            curvature = self.matrix.sandwich(mean) + strength * penalty.squares
            step = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
            found[free] -= step
            if np.abs(step).max(initial=0.0) < _LAST_STEP:
                break
        kept = penalty.share == 0.0 or (np.sign(found) == np.sign(theta)).all()
        return found if kept else theta

    def unpenalized(self) -> np.ndarray:
        """Coefficients b at λ = ``UNPENALIZED`` with ridge, approached by larger ones."""
        size = self.data.layout.size
        ridge = Penalty(0.0, np.ones(size), np.eye(size), self.steps)
        return ridge.coefficients(self.path(ridge, np.array([1e-3, 1e-6, UNPENALIZED]))[-1])


def _diagonal_if_it_is(matrix: np.ndarray) -> np.ndarray:
    diagonal = np.diagonal(matrix)
    return diagonal.copy() if np.count_nonzero(matrix) == np.count_nonzero(diagonal) else matrix


def one_thread(kind: str) -> AbstractContextManager[Any]:
    """Libraries of a kind (``openmp``, ``blas``) use one thread each within this.

    Raises:
        InputError: glum is not installed.
    """
    _glum()  # what it brings must be loaded to be limited
    from threadpoolctl import threadpool_limits  # comes with glum

    return threadpool_limits(1, user_api=kind)


def _glum() -> ModuleType:
    try:
        import glum
    except ImportError:
        allowed = "glum of version 3.3 or later: pip install 'xl-ltc[study]'"
        raise InputError.single("experience study, penalized regression", "no package glum", allowed) from None
    # A fit that stops short of the last digits is polished, or is one of a subset, whose deviance is flat there.
    warnings.filterwarnings("ignore", message="(Line search|IRLS) failed", module="glum")
    return glum
