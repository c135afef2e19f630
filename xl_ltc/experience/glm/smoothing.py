"""Smoothing of neighbouring levels: Whittaker–Henderson graduation, and the matrices of the penalties."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.errors import InputError
from xl_ltc.experience.glm.design import Layout


def whittaker_henderson(values: ArrayLike, weights: ArrayLike, strength: float, order: int = 2) -> np.ndarray:
    """Graduate a series: the v that minimizes Σ w (v − u)² + h Σ (Δᵏv)².

    It solves (W + h D′D) v = W u with D the differences of the given order. h = 0 gives the values; a large h the
    polynomial of degree ``order`` − 1 fitted by weighted least squares, for ``order`` 2 a straight line.

    Args:
        values: u, neighbours side by side; not read where the weight is 0.
        weights: w ≥ 0, e.g. exposures; strength: h ≥ 0, in the unit of the weights; order: of the differences, ≥ 1.

    Returns:
        float64 graduated values, those without weight between or beyond the others.

    Raises:
        InputError: shapes or signs that are not allowed, or too few weights above 0 for one solution.

    Source: Whittaker (1923), Henderson (1924).
    """
    u, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    u = np.where(w > 0.0, u, 0.0) if u.shape == w.shape else u
    _check_graduation(u, w, strength, order)
    # The differences of a polynomial are 0: graduating what it leaves loses no digits to a large h.
    line = _polynomial(w, u, order) if strength > 0.0 and u.size > order else np.zeros_like(u)
    return line + _solve_banded(w, w * (u - line), strength, order)


def _check_graduation(u: np.ndarray, w: np.ndarray, strength: float, order: int) -> None:
    if u.ndim != 1 or u.shape != w.shape or not u.size:
        raise InputError.single("values and weights", f"shapes {u.shape} and {w.shape}", "one row each, equally long")
    if not (np.isfinite(u).all() and np.isfinite(w).all() and (w >= 0.0).all()):
        raise InputError.single("values and weights", "a negative weight or no number", "numbers, weights of 0 or more")
    if not (order >= 1 and 0.0 <= strength < np.inf):
        raise InputError.single("strength and order", f"{strength:g} and {order}", "0 or more and 1 or more")
    needed = order if strength > 0.0 and u.size > order else u.size
    if np.count_nonzero(w) < needed:
        raise InputError.single("weights above 0", str(np.count_nonzero(w)), f"{needed} or more")


def _polynomial(w: np.ndarray, u: np.ndarray, order: int) -> np.ndarray:
    x = np.linspace(-1.0, 1.0, u.size)
    basis = np.polynomial.legendre.legvander(x, order - 1)
    root = np.sqrt(w)
    return basis @ np.linalg.lstsq(basis * root[:, None], u * root, rcond=None)[0]


def _solve_banded(w: np.ndarray, right: np.ndarray, strength: float, order: int) -> np.ndarray:
    from scipy.linalg import solveh_banded  # takes long to import

    squares = strength * differences_squared(w.size, order) + np.diag(w)
    upper = min(order, w.size - 1)
    bands = np.zeros((upper + 1, w.size))
    for k in range(upper + 1):
        bands[upper - k, k:] = np.diagonal(squares, k)
    try:
        return np.asarray(solveh_banded(bands, right))
    except np.linalg.LinAlgError:
        raise InputError.single("strength", f"{strength:g}", "not beyond float64 beside the weights") from None


def differences_squared(size: int, order: int = 2) -> np.ndarray:
    """D′D of the differences of an order of neighbouring values, shape (size, size); zero where too few."""
    d = np.diff(np.eye(size), order, axis=0)
    return np.asarray(d.T @ d)


def roughness(layout: Layout, strengths: np.ndarray) -> np.ndarray:
    """S of the penalty ½ b′Sb on second differences along the chains, each effect times its strength.

    Args:
        strengths: ≥ 0, one an effect.

    Returns:
        Shape (coefficients, coefficients); zero for levels outside of chains.
    """
    total = np.zeros((layout.size, layout.size))
    for start, chains, strength in zip(layout.starts, layout.chains, strengths, strict=False):
        for chain in chains:
            at = start + np.asarray(chain)
            total[np.ix_(at, at)] += strength * differences_squared(len(chain))
    return total


def steps(layout: Layout) -> np.ndarray:
    """T of b = Tθ: of a chain, θ is its first coefficient and the steps from each level to the next."""
    matrix = np.eye(layout.size)
    for start, chains in zip(layout.starts, layout.chains, strict=False):
        for chain in chains:
            at = start + np.asarray(chain)
            matrix[np.ix_(at, at)] = np.tril(np.ones((len(chain), len(chain))))
    return matrix


def step_weights(layout: Layout, strengths: np.ndarray) -> np.ndarray:
    """The weight of each θ in the penalty: an effect's strength for steps, 1 for levels."""
    weights = np.ones(layout.size)
    for start, chains, strength in zip(layout.starts, layout.chains, strengths, strict=False):
        for chain in chains:
            weights[start + np.asarray(chain[1:], dtype=np.int64)] = strength
    return weights
