"""Lookups that never miss in silence: a key beyond a table is an error that names table and key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION
from xl_ltc.assumptions.table_set import TableSet
from xl_ltc.errors import InputError, Problem, one_of


@dataclass(frozen=True)
class AgeTable:
    """Values by row (a code) and attained age 0–120, shape (rows, 121)."""

    name: str
    values: np.ndarray

    def at(self, row: ArrayLike, attained_age: ArrayLike) -> np.ndarray:
        """Values at a row code and attained age."""
        age = np.asarray(attained_age)
        if age.size and (age.min() < 0 or age.max() > LAST_AGE):
            bad = age.min() if age.min() < 0 else age.max()
            raise InputError.single(f"table {self.name}", f"attained age {bad}", f"attained ages 0 to {LAST_AGE}")
        return np.asarray(self.values[np.asarray(row), age])


@dataclass(frozen=True)
class DurationTable:
    """Values by row and policy duration, shape (rows, 20); the last duration holds for all later ones."""

    name: str
    values: np.ndarray

    def at(self, row: ArrayLike, policy_duration: ArrayLike) -> np.ndarray:
        """Values at a row code and 1-based policy duration."""
        duration = np.asarray(policy_duration)
        if duration.size and duration.min() < 1:
            raise InputError.single(
                f"table {self.name}", f"policy duration {duration.min()}", "policy durations from 1"
            )
        return np.asarray(self.values[np.asarray(row), np.minimum(duration, LAST_DURATION) - 1])


@dataclass(frozen=True)
class CategoryTable:
    """One value a category, in the table's own order."""

    name: str
    categories: tuple[str, ...]
    values: np.ndarray

    @classmethod
    def read(
        cls, tables: TableSet, name: str, key: str, value: str, order: tuple[str, ...] | None = None
    ) -> CategoryTable:
        """Read a category table; fixed vocabularies (sex, partner status) keep their fixed order.

        Raises:
            InputError: a category without a row, or a row for a category that no policy can have.
        """
        frame = tables[name]
        order = order or tables.categories(key)
        lookup = dict(zip(frame[key], frame[value], strict=True))
        missing = [c for c in order if c not in lookup]
        problems = [
            Problem(tables.place(name, row, key), repr(category), one_of(order))
            for row, category in enumerate(frame[key])
            if category not in order
        ]
        if missing:
            found = f"no row for {key} {', '.join(missing)}"
            problems.append(Problem(tables.place(name), found, f"a row for each {key}"))
        if problems:
            raise InputError(problems)
        return cls(name, order, np.array([lookup[c] for c in order], dtype=float))

    def at(self, code: ArrayLike) -> np.ndarray:
        """Values at codes."""
        return np.asarray(self.values[np.asarray(code)])

    def code(self, category: str) -> int:
        """The code of a category.

        Raises:
            InputError: an unknown category.
        """
        if category not in self.categories:
            raise InputError.single(f"table {self.name}", repr(category), "one of " + ", ".join(self.categories))
        return self.categories.index(category)
