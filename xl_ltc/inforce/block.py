"""A block of policies as the projection needs it: columns of codes and numbers, one row per insured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.inforce.schema import CODED, INFORCE


@dataclass(frozen=True)
class Block:
    """Checked in-force policies.

    Attributes:
        frame: the columns of ``INFORCE``; ``issue_date`` is datetime64, coded columns are pandas categoricals
            whose categories are the assumption set's, in its order.
    """

    frame: pd.DataFrame

    @classmethod
    def from_checked(cls, frame: pd.DataFrame, vocabulary: Mapping[str, Sequence[str]]) -> Block:
        """A block from columns already checked (see ``xl_ltc.inforce.validate``)."""
        columns = {name: frame[name] for name in (c.name for c in INFORCE.columns)}
        for name in CODED:
            columns[name] = pd.Categorical(frame[name], categories=list(vocabulary[name]))
        return cls(pd.DataFrame(columns).reset_index(drop=True))

    def __len__(self) -> int:
        return len(self.frame)

    def codes(self, name: str) -> np.ndarray:
        """Positions of a coded column's values in its vocabulary, int64."""
        return np.asarray(self.frame[name].cat.codes.to_numpy(), dtype=np.int64)

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
