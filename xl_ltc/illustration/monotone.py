"""The monotone cubic through points (Fritsch and Butland; ``PchipInterpolator`` of SciPy, to the last bit).

SciPy takes longer to load than all that is interpolated with it takes to compute.
"""

from __future__ import annotations

import numpy as np


def monotone_cubic(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The piecewise cubic through at least three points that rises and falls only where they do.

    Args:
        x, y: the points, ``x`` ascending.
        at: where to take it, from the first to the last ``x``.
    """
    width = np.diff(x)
    chord = np.diff(y) / width
    slope = _slopes(width, chord)
    excess = (slope[:-1] + slope[1:] - 2.0 * chord) / width
    cubic, square = excess / width, (chord - slope[:-1]) / width - excess
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(width) - 1)
    s = at - x[i]
    return np.asarray(y[i] + slope[i] * s + square[i] * (s * s) + cubic[i] * (s * s * s))


def _slopes(width: np.ndarray, chord: np.ndarray) -> np.ndarray:
    """Slopes at the points: inside the weighted harmonic mean of both chords, none where their signs differ."""
    before, after = 2.0 * width[1:] + width[:-1], width[1:] + 2.0 * width[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = 1.0 / ((before / chord[:-1] + after / chord[1:]) / (before + after))
    inside = np.where(chord[:-1] * chord[1:] > 0.0, mean, 0.0)
    first = _end_slope(width[0], width[1], chord[0], chord[1])
    last = _end_slope(width[-1], width[-2], chord[-1], chord[-2])
    return np.concatenate([[first], inside, [last]])


def _end_slope(width: float, next_width: float, chord: float, next_chord: float) -> float:
    """Slope at an end, by the parabola through three points, bounded so that the curve stays monotone."""
    slope = ((2.0 * width + next_width) * chord - width * next_chord) / (width + next_width)
    if np.sign(slope) != np.sign(chord):
        return 0.0
    if np.sign(chord) != np.sign(next_chord) and abs(slope) > 3.0 * abs(chord):
        return 3.0 * chord
    return float(slope)
