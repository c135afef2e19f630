"""Sums that stay exact to a few units in the last place, however many numbers there are.

Adding one number after the other to a total is off by up to 2^-53 of it each time; a million equal ones by 1e-11.
"""

from __future__ import annotations

import itertools

import numpy as np


def sum_of_rows(values: np.ndarray) -> np.ndarray:
    """The sum over the first axis, as ``values.sum(axis=0)``.

    numpy adds pairwise along the axis that is contiguous in memory, and one row after the other along any else.

    Args:
        values: shape (rows, columns).

    Returns:
        float64, shape (columns,).
    """
    return np.asarray(np.ascontiguousarray(values.T).sum(axis=1))


def sums_by_code(codes: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    """The sum of the weights of each code, as ``np.bincount`` gives it.

    Args:
        codes: from 0, int64, shape (n,); weights: shape (n,); size: how many codes there are.

    Returns:
        float64, shape (size,); zero for a code that does not occur.
    """
    short = codes.astype(np.min_scalar_type(size))  # which numpy sorts by their digits, ten times as fast
    order = np.argsort(short, kind="stable")
    ends = np.searchsorted(short[order], np.arange(size + 1).astype(short.dtype))
    sorted_weights = np.asarray(weights, dtype=float)[order]
    return np.array([sorted_weights[low:high].sum() for low, high in itertools.pairwise(ends)])
