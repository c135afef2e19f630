"""The checked assumption tables of a set, with the places their cells came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.assumptions.specs import BY_NAME, LAST_AGE, LAST_DURATION, PARTNER_STATUSES, SEXES, SPECS
from xl_ltc.errors import InputError, Problem
from xl_ltc.tables import InputTable, Locator, clean, dense, label_text

CategorySource = Mapping[str, tuple[str, str]]
"""The table and column that define a characteristic's categories, by characteristic; those of any other
characteristic are the ones that table ``claim_cost_relativity`` names."""

CATEGORY_SOURCE: CategorySource = {
    "underwriting_class": ("mortality_factor_underwriting_class", "underwriting_class"),
    "benefit_period": ("benefit_expiry", "benefit_period"),
    "inflation_option": ("inflation_option", "inflation_option"),
    "premium_payment": ("premium_payment", "premium_payment"),
    "series": ("series", "series"),
}


@dataclass(frozen=True)
class TableSet:
    """Every assumption table, typed and checked one by one.

    Attributes:
        frames: tables by name.
        locators: give the place of a table's cell.
        category_source: which table defines the categories of a characteristic.
    """

    frames: Mapping[str, pd.DataFrame]
    locators: Mapping[str, Locator]
    category_source: CategorySource = field(default_factory=lambda: CATEGORY_SOURCE)

    @classmethod
    def checked(cls, raw: Mapping[str, InputTable]) -> TableSet:
        """Check raw tables against their specifications.

        Raises:
            InputError: every problem of every table at once, missing tables first.
        """
        problems = [
            Problem(f"table {s.name}", "no such table", f"every assumption table: {', '.join(BY_NAME)}")
            for s in SPECS
            if s.name not in raw
        ]
        try:
            frames = _cleaned(raw)
        except InputError as error:
            problems += error.problems
        if problems:
            raise InputError(problems)
        return cls(frames, _locators(raw))

    def replaced(self, raw: Mapping[str, InputTable], category_source: CategorySource = CATEGORY_SOURCE) -> TableSet:
        """The set with some tables replaced by raw ones; only these are checked.

        Args:
            raw: the other tables, by name.
            category_source: which table defines the categories of a characteristic, where that is another one.

        Raises:
            InputError: every problem of these tables at once.
        """
        return TableSet({**self.frames, **_cleaned(raw)}, {**self.locators, **_locators(raw)}, category_source)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def place(self, name: str, row: int | None = None, column: str | None = None) -> str:
        """Where a table, or one of its cells, stands."""
        return f"{self.locators[name](row, column)} (table {name})"

    def categories(self, characteristic: str) -> tuple[str, ...]:
        """The vocabulary of a characteristic, in the order of the table that defines it."""
        if characteristic not in self._categories:
            self._categories[characteristic] = self._read_categories(characteristic)
        return self._categories[characteristic]

    @cached_property
    def _categories(self) -> dict[str, tuple[str, ...]]:
        """The vocabularies asked for so far; exhibits ask for them again and again."""
        return {}

    def _read_categories(self, characteristic: str) -> tuple[str, ...]:
        if characteristic == "sex":
            return SEXES
        if characteristic == "partner_status":
            return PARTNER_STATUSES
        if characteristic in self.category_source:
            table, column = self.category_source[characteristic]
            return tuple(dict.fromkeys(self[table][column].map(label_text)))
        rows = self["claim_cost_relativity"]
        return tuple(rows.loc[rows["characteristic"] == characteristic, "category"])

    def by_age(self, name: str, column: str) -> np.ndarray:
        """A column spread over attained ages 0–120."""
        return self._spread(name, "attained_age", column, 0, LAST_AGE)

    def by_duration(self, name: str, column: str) -> np.ndarray:
        """A column spread over policy durations 1–20, the last for all later ones."""
        return self._spread(name, "policy_duration", column, 1, LAST_DURATION)

    def parameters(self, name: str) -> dict[str, float]:
        """A parameter table as name → value.

        Raises:
            InputError: a parameter without a row.
        """
        frame = self[name]
        values = dict(zip(frame["parameter"], frame["value"].astype(float), strict=True))
        missing = [p for p in BY_NAME[name].column("parameter").allowed if p not in values]
        if missing:
            raise InputError.single(self.place(name), f"no row for {', '.join(missing)}", "a row for each parameter")
        return values

    def _spread(self, name: str, key: str, column: str, low: int, high: int) -> np.ndarray:
        frame = self[name]
        return dense(frame[key], frame[column], low, high, table=name, key=key, locate=self.locators[name])


def _cleaned(raw: Mapping[str, InputTable]) -> dict[str, pd.DataFrame]:
    """Raw tables checked against their specifications, the problems of all of them at once."""
    frames: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for spec in SPECS:
        if spec.name in raw:
            try:
                frames[spec.name] = clean(raw[spec.name], spec)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return frames


def _locators(raw: Mapping[str, InputTable]) -> dict[str, Locator]:
    return {name: table.locate for name, table in raw.items()}
