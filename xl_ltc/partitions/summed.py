"""Sums over policies by series and by what else somebody wants to know of them, which add up over parts of a block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Key = tuple[str | int | float, ...]
"""What is summed, then of which policies: a band, a state, a rate."""
BySeries = Mapping[Key, np.ndarray]
"""Values by series, float64 of shape (series,)."""


@dataclass(frozen=True)
class Summed:
    """Sums of a block's policies, and smallest and largest values.

    Attributes:
        sums: a key that a block has no policy of may be missing: it is zero.
        smallest, largest: NaN where there is no policy.
    """

    sums: BySeries
    smallest: BySeries = field(default_factory=dict)
    largest: BySeries = field(default_factory=dict)

    @classmethod
    def added(cls, parts: Sequence[Summed]) -> Summed:
        """Those of several blocks together, summed in their order."""
        return cls(
            _together(np.add, (part.sums for part in parts)),
            _together(np.fmin, (part.smallest for part in parts)),
            _together(np.fmax, (part.largest for part in parts)),
        )

    def __getitem__(self, key: Key | str) -> np.ndarray:
        """The sums by series of a key, or of one that is a name alone."""
        return self.sums[(key,) if isinstance(key, str) else key]

    def keys(self, what: str) -> list[Key]:
        """The keys that begin with a name, without it, sorted."""
        return sorted(key[1:] for key in self.sums if key[0] == what and len(key) > 1)


def _together(how: Callable[[np.ndarray, np.ndarray], np.ndarray], parts: Iterable[BySeries]) -> BySeries:
    found: dict[Key, np.ndarray] = {}
    for part in parts:
        for key, values in part.items():
            found[key] = how(found[key], values) if key in found else values
    return found
