"""Cells of experience, their effects, and where each level's coefficient stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xl_ltc.errors import InputError, Problem


@dataclass(frozen=True)
class Effect:
    """Levels of one characteristic, or of several together, each of which gets a factor.

    Attributes:
        name: e.g. ``sex`` or ``series × attained_age``.
        levels: names of the levels; those of several characteristics in one flat list.
        codes: int64 positions in ``levels``, one a cell.
        chains: runs of neighbouring levels in their order, e.g. the ages, once a series; none where the levels
            have no order. A level stands in at most one chain.
    """

    name: str
    levels: tuple[str, ...]
    codes: np.ndarray
    chains: tuple[tuple[int, ...], ...] = ()

    def problems(self) -> list[Problem]:
        """What is wrong with the levels, codes and chains."""
        found = []
        if len(set(self.levels)) != len(self.levels) or not self.levels:
            found.append(
                Problem(f"effect {self.name}, levels", f"{len(self.levels)} levels", "one or more, no two alike")
            )
        last = len(self.levels) - 1
        if self.codes.size and not 0 <= self.codes.min() <= self.codes.max() <= last:
            extremes = f"from {self.codes.min()} to {self.codes.max()}"
            found.append(Problem(f"effect {self.name}, codes", extremes, f"from 0 to {last}"))
        chained = [level for chain in self.chains for level in chain]
        if len(set(chained)) != len(chained) or not set(chained) <= set(range(len(self.levels))):
            found.append(Problem(f"effect {self.name}, chains", str(chained), f"0 to {last}, each at most once"))
        return found


@dataclass(frozen=True)
class Cells:
    """Experience by cell; several cells may have the same levels.

    Attributes:
        effects: what the factors go by; at least one.
        events: what happened: deaths, claims or dollars, ≥ 0; float64, one a cell.
        expected: what the benchmark expects, in the unit of the events, > 0; one a cell.
        fold: int64, the subset of policies a cell belongs to. Policies are assigned before they are added up to
            cells, so that a policy's years stay together; see ``cross_validation.assign_folds``.

    Raises:
        InputError: shapes that differ, codes or chains out of range, events or expected out of range.
    """

    effects: tuple[Effect, ...]
    events: np.ndarray
    expected: np.ndarray
    fold: np.ndarray

    def __post_init__(self) -> None:
        problems = [problem for effect in self.effects for problem in effect.problems()]
        names = [effect.name for effect in self.effects]
        if len(set(names)) != len(names) or not names:
            problems.append(Problem("effects", str(names), "one or more, no two alike"))
        shapes = {a.shape for a in (self.events, self.expected, self.fold, *(e.codes for e in self.effects))}
        if len(shapes) != 1 or self.events.ndim != 1 or not self.events.size:
            problems.append(Problem("cells", f"arrays of shapes {sorted(shapes)}", "one or more cells, all alike"))
        if not ((self.events >= 0.0) & np.isfinite(self.events)).all():
            problems.append(Problem("events", "a negative or no number", "0 or more"))
        if not ((self.expected > 0.0) & np.isfinite(self.expected)).all():
            problems.append(Problem("expected events", "zero, a negative or no number", "more than 0"))
        if problems:
            raise InputError(problems)

    @cached_property
    def layout(self) -> Layout:
        """Where each level's coefficient stands."""
        return Layout(
            tuple(e.name for e in self.effects),
            tuple(e.levels for e in self.effects),
            tuple(e.chains for e in self.effects),
        )

    def select(self, rows: np.ndarray) -> Cells:
        """The cells of a mask."""
        effects = tuple(Effect(e.name, e.levels, e.codes[rows], e.chains) for e in self.effects)
        return Cells(effects, self.events[rows], self.expected[rows], self.fold[rows])


@dataclass(frozen=True)
class Layout:
    """Coefficients of all effects in one vector, effect by effect, level by level.

    Attributes:
        names: of the effects; levels: of each effect; chains: of each effect, positions in its levels.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    chains: tuple[tuple[tuple[int, ...], ...], ...]

    @cached_property
    def starts(self) -> np.ndarray:
        """Position of each effect's first coefficient, and after the last the number of coefficients."""
        return np.concatenate([[0], np.cumsum([len(levels) for levels in self.levels])])

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return int(self.starts[-1])

    def of(self, name: str) -> slice:
        """Positions of an effect's coefficients."""
        effect = self.names.index(name)
        return slice(int(self.starts[effect]), int(self.starts[effect + 1]))

    def split(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        """A vector of all coefficients by effect."""
        return {name: vector[..., self.of(name)] for name in self.names}

    def named(self, which: np.ndarray) -> tuple[tuple[str, str], ...]:
        """Effect and level of the coefficients of a mask."""
        every = [(name, level) for name, levels in zip(self.names, self.levels, strict=True) for level in levels]
        return tuple(every[position] for position in np.flatnonzero(which))


@dataclass(frozen=True)
class Collapsed:
    """Cells added up to the distinct combinations of levels.

    The likelihood of Poisson events depends on the cells of a combination only through their sums, so that a fit to
    the combinations is the fit to the cells.

    Attributes:
        layout: of the coefficients.
        positions: each combination's coefficients, shape (effects, combinations).
        events, expected: sums, one a combination.
    """

    layout: Layout
    positions: np.ndarray
    events: np.ndarray
    expected: np.ndarray

    def by_level(self, values: np.ndarray) -> np.ndarray:
        """Sums over the combinations, one a coefficient."""
        return sum_by_level(self.positions, values, self.layout.size)

    def logarithm(self, coefficients: np.ndarray) -> np.ndarray:
        """The sum of the coefficients of each combination; a vector, or vectors in rows."""
        total = coefficients[..., self.positions[0]]
        for positions in self.positions[1:]:
            total = total + coefficients[..., positions]
        return total


def collapse(cells: Cells) -> Collapsed:
    """Add cells up to their distinct combinations of levels."""
    layout = cells.layout
    combination = np.zeros(cells.events.size, dtype=np.int64)
    for effect in cells.effects:
        # Renumbering after each effect keeps the numbers small however many effects there are.
        combination = np.unique(combination * len(effect.levels) + effect.codes, return_inverse=True)[1].reshape(-1)
    _, first = np.unique(combination, return_index=True)
    return Collapsed(
        layout,
        np.stack([e.codes[first] + start for e, start in zip(cells.effects, layout.starts[:-1], strict=True)]),
        np.bincount(combination, weights=cells.events),
        np.bincount(combination, weights=cells.expected),
    )


def sum_by_level(positions: Sequence[np.ndarray] | np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Sums of a value a cell, one a coefficient."""
    total = np.zeros(size)
    for one in positions:
        total += np.bincount(one, weights=values, minlength=size)
    return total
