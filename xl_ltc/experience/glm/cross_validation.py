"""k-fold cross-validation of penalties and smoothing strengths (Appendix A, Predictive Analytics)."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from xl_ltc.errors import InputError
from xl_ltc.experience.glm.design import Cells, Collapsed, collapse
from xl_ltc.experience.glm.fitting import Penalty, Regression, one_thread


def assign_folds(policies: int, folds: int, seed: int) -> np.ndarray:
    """Assign policies to subsets at random, the subsets as equal in number as can be.

    Args:
        policies: number of policies; folds: number of subsets; seed: of NumPy's default generator.

    Returns:
        int64 subsets 0 … folds − 1, one a policy.

    Raises:
        InputError: fewer than two subsets, or fewer policies than subsets.
    """
    if not 2 <= folds <= policies:
        raise InputError.single("folds", f"{folds} of {policies} policies", "2 or more, not more than policies")
    return np.random.default_rng(seed).permutation(np.arange(policies, dtype=np.int64) % folds)


def poisson_deviance(events: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """The Poisson deviance 2 Σ (events · log(events / fitted) − events + fitted), over the last axis."""
    from scipy.special import xlogy  # takes long to import

    return np.asarray(2.0 * (xlogy(events, events / fitted) - events + fitted).sum(axis=-1))


def deviance_of(data: Collapsed, coefficients: np.ndarray) -> np.ndarray:
    """Deviance of cells under coefficients, a vector or vectors in rows, a benchmark event."""
    fitted = data.expected * np.exp(data.logarithm(coefficients))
    return poisson_deviance(data.events, fitted) / data.expected.sum()


@dataclass(frozen=True)
class Fold:
    """One subset held out.

    Attributes:
        training: the other subsets, ready to be fitted; held_out: the subset itself.
    """

    training: Regression
    held_out: Collapsed


@dataclass(frozen=True)
class Validation:
    """Cross-validated deviances a benchmark event.

    Attributes:
        mean: over the subsets, each weighted with its expected events; one a fit.
        error: standard error of the mean.
    """

    mean: np.ndarray
    error: np.ndarray

    @property
    def least(self) -> int:
        """Position of the least mean; of equal ones the first, which is the largest penalty."""
        return int(np.argmin(self.mean))

    @property
    def within_one_error(self) -> int:
        """Position of the first fit, so the largest penalty, within one standard error of the least mean."""
        limit = self.mean[self.least] + self.error[self.least]
        return int(np.flatnonzero(self.mean <= limit)[0])


class CrossValidation:
    """The subsets of cells, each held out in turn.

    Args:
        cells: with their subsets.
        steps: T of b = Tθ where steps are penalized.
        threads: subsets fitted side by side; by default as many as there are processors. The results don't depend
            on it.

    Raises:
        InputError: cells of fewer than two subsets.
    """

    def __init__(self, cells: Cells, steps: np.ndarray | None = None, threads: int | None = None) -> None:
        numbers = np.unique(cells.fold)
        if numbers.size < 2:
            raise InputError.single("cells, folds", f"{numbers.size} different", "2 or more")
        self.folds = [
            Fold(Regression(collapse(cells.select(cells.fold != k)), steps), collapse(cells.select(cells.fold == k)))
            for k in numbers
        ]
        self.threads = threads or os.cpu_count() or 1

    def path(self, penalty: Penalty, penalties: np.ndarray) -> Validation:
        """Deviances of held-out subsets for each λ."""
        return self.validate(lambda fold: penalty.coefficients(fold.training.path(penalty, penalties)))

    def path_beside(self, whole: Regression, penalty: Penalty, penalties: np.ndarray) -> tuple[Validation, np.ndarray]:
        """As ``path``, and θ of the fits to all subsets together, which need no turn of their own; all polished."""

        def polished(regression: Regression) -> np.ndarray:
            return regression.polished(penalty, penalties, regression.path(penalty, penalties))

        with one_thread("blas"), ThreadPoolExecutor(1) as pool:
            theta = pool.submit(polished, whole)
            return self.validate(lambda fold: penalty.coefficients(polished(fold.training))), theta.result()

    def unpenalized(self) -> float:
        """Deviance of held-out subsets under fits without a penalty."""
        return float(self.validate(lambda fold: fold.training.unpenalized()).mean)

    def unadjusted(self) -> float:
        """Deviance of held-out subsets under the benchmark itself."""
        return float(self.validate(lambda fold: np.zeros(fold.held_out.layout.size)).mean)

    def validate(self, fit: Callable[[Fold], np.ndarray]) -> Validation:
        """Mean and standard error over the subsets of the deviance under what is fitted to the others.

        Args:
            fit: coefficients fitted to a fold's training cells, a vector or vectors in rows.
        """
        # BLAS has one limit for all threads, so it is set around them.
        with one_thread("blas"), ThreadPoolExecutor(min(self.threads, len(self.folds))) as pool:
            found = np.stack(list(pool.map(lambda fold: deviance_of(fold.held_out, fit(fold)), self.folds)))
        weights = np.array([fold.held_out.expected.sum() for fold in self.folds])
        weights = (weights / weights.sum()).reshape(-1, *(1,) * (found.ndim - 1))
        mean = (weights * found).sum(axis=0)
        error = np.sqrt((weights * (found - mean) ** 2).sum(axis=0) / (len(self.folds) - 1))
        return Validation(mean, error)
