"""A block of policies as the projection needs it: columns of codes and numbers, one row per insured."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from xl_ltc.errors import InputError, one_of
from xl_ltc.inforce.schema import CODED, INFORCE

T = TypeVar("T")

_TYPES = {"number": "float64", "integer": "int64", "text": str}


@dataclass(frozen=True)
class Block:
    """Checked in-force policies.

    Attributes:
        frame: the columns of ``INFORCE``; ``issue_date`` is datetime64[s], coded columns are pandas categoricals
            whose categories are the assumption set's, in its order.
    """

    frame: pd.DataFrame

    @classmethod
    def from_checked(cls, frame: pd.DataFrame, vocabulary: Mapping[str, Sequence[str]]) -> Block:
        """A block from columns already checked (see ``xl_ltc.inforce.validate``), each in its column's type."""
        frame = frame.reset_index(drop=True)
        types = {c.name: _TYPES[c.kind] for c in INFORCE.columns} | {"issue_date": "datetime64[s]"}
        columns: dict[str, Any] = {
            name: pd.Categorical(frame[name], categories=list(vocabulary[name]))
            if name in CODED
            else frame[name].astype(dtype)
            for name, dtype in types.items()
        }
        return cls(pd.DataFrame(columns))

    def __len__(self) -> int:
        return len(self.frame)

    def codes(self, name: str) -> np.ndarray:
        """Positions of a coded column's values in its vocabulary, int64.

        Raises:
            InputError: a policy without a value of the vocabulary, which as a code of −1 would read a wrong row.
        """
        return self.once(("codes", name), lambda: self._checked_codes(name))

    def once(self, what: Hashable, find: Callable[[], T]) -> T:
        """What follows from the policies alone, found when it is first asked for and kept with them.

        Args:
            what: its name, of no other thing; find: gives it.
        """
        if what not in self._found:
            self._found[what] = find()
        return cast(T, self._found[what])

    @cached_property
    def _found(self) -> dict[Hashable, object]:
        return {}

    def _checked_codes(self, name: str) -> np.ndarray:
        codes = np.asarray(self.frame[name].cat.codes.to_numpy(), dtype=np.int64)
        if codes.size and codes.min() < 0:
            row = int(codes.argmin())
            categories = one_of(list(self.frame[name].cat.categories))
            place = f"policy {self.frame['policy_id'].iloc[row]}, column {name}"
            raise InputError.single(place, "no value of the assumption tables", categories)
        return codes

    def numbers(self, name: str) -> np.ndarray:
        """A numeric column as float64."""
        return self.frame[name].to_numpy(dtype=np.float64)

    @cached_property
    def issue_age(self) -> np.ndarray:
        """Issue ages, int64."""
        return self.frame["issue_age"].to_numpy(dtype=np.int64)

    @cached_property
    def issue_year(self) -> np.ndarray:
        """Calendar years of issue, int64."""
        return self.frame["issue_date"].dt.year.to_numpy(dtype=np.int64)

    @cached_property
    def year_before_anniversary(self) -> np.ndarray:
        """The share of a calendar year that lies before the policy anniversary, float64 in [0, 1)."""
        month = self.frame["issue_date"].dt.month.to_numpy()
        day = self.frame["issue_date"].dt.day.to_numpy()
        # Days of a common year, so that the share is the same every year; 29 February counts as 1 March.
        before_month = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
        return np.asarray((before_month[month - 1] + day - 1) / 365.0)

    @cached_property
    def discounted_renewal(self) -> np.ndarray:
        """Whether the discounted renewal option was elected, bool."""
        return (self.frame["discounted_renewal"] == "Yes").to_numpy()

    def select(self, rows: np.ndarray) -> Block:
        """The policies at positions or where a mask is true."""
        return Block(self.frame.loc[rows].reset_index(drop=True))
