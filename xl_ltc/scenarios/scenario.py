"""A scenario: changes of assumptions under a name; a grid: one for each pair of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.pricing.specs import ALL_SERIES
from xl_ltc.scenarios.specs import CHANGEABLE, SCALE, SHIFT


@dataclass(frozen=True)
class Linear:
    """A number times ``scale``, plus ``shift``."""

    scale: float = 1.0
    shift: float = 0.0

    def of(self, value: np.ndarray) -> np.ndarray:
        """The values changed."""
        return np.asarray(value * self.scale + self.shift)

    def of_rates(self, rate: np.ndarray) -> np.ndarray:
        """Annual rates changed and kept within 0 and 1; where there is none, none is added."""
        return np.where(rate > 0.0, np.clip(self.of(rate), 0.0, 1.0), 0.0)

    def words(self, unit: str) -> str:
        """``× 0.9 + 1%``, as far as something changes."""
        scaled = [f"× {self.scale:.15g}"] if self.scale != 1.0 else []
        size = abs(self.shift)
        amount = f"{100 * size:.12g}%" if unit == "rate" else f"{size:.15g}" + (" years" if unit == "years" else "")
        shifted = [f"{'+' if self.shift > 0 else '−'} {amount}"] if self.shift else []
        return " ".join(scaled + shifted) or "unchanged"


UNCHANGED = Linear()


@dataclass(frozen=True)
class Change:
    """One assumption changed, of one rate series or ``ALL_SERIES``."""

    assumption: str
    series: str = ALL_SERIES
    linear: Linear = UNCHANGED

    @property
    def what(self) -> str:
        """What is changed, as a label."""
        return label(self.assumption, self.series)

    @property
    def how(self) -> str:
        """How, as a label."""
        return self.linear.words(CHANGEABLE[self.assumption].shift_unit)


def label(assumption: str, series: str) -> str:
    """An assumption of a series in words."""
    title = CHANGEABLE[assumption].title
    return title if series == ALL_SERIES else f"{title}, series {series}"


@dataclass(frozen=True)
class Scenario:
    """Changes of assumptions under a name, each of another assumption or series; with a remark of the user's."""

    name: str
    changes: tuple[Change, ...] = ()
    note: str = ""

    def by_series(self, assumption: str, series: Sequence[str]) -> tuple[Linear, ...]:
        """How an assumption of each series changes; the row for a series goes before the one for all."""
        own = {change.series: change.linear for change in self.changes if change.assumption == assumption}
        common = own.get(ALL_SERIES, UNCHANGED)
        return tuple(own.get(name, common) for name in series)

    @property
    def words(self) -> str:
        """All its changes in words."""
        return "; ".join(f"{change.what} {change.how}" for change in self.changes)


@dataclass(frozen=True)
class Axis:
    """Values that one scale or shift takes in a grid."""

    assumption: str
    series: str
    kind: str
    values: tuple[float, ...]

    @property
    def what(self) -> str:
        """What is changed, as a label."""
        return label(self.assumption, self.series)

    def change(self, value: float) -> Change:
        """The change to a value."""
        return Change(self.assumption, self.series, Linear(**{self.kind: value}))

    def value_words(self, value: float) -> str:
        """A value as a label."""
        return f"× {value:.15g}" if self.kind == SCALE else self.change(value).how


@dataclass(frozen=True)
class Grid:
    """Every value of one axis with every value of another."""

    name: str
    down: Axis
    across: Axis

    def scenario(self, down: float, across: float) -> Scenario:
        """The scenario of two values."""
        one, other = self.down.change(down), self.across.change(across)
        changes: tuple[Change, ...] = (one, other)
        if (one.assumption, one.series) == (other.assumption, other.series):
            both = {self.down.kind: down, self.across.kind: across}
            changes = (Change(one.assumption, one.series, Linear(both[SCALE], both[SHIFT])),)
        words = f"{self.down.what} {self.down.value_words(down)}, {self.across.what} {self.across.value_words(across)}"
        return Scenario(f"{self.name}: {words}", changes)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """All of them, row by row."""
        return tuple(self.scenario(down, across) for down in self.down.values for across in self.across.values)
