"""Policy histories: who was covered from when to when, how it ended, and which claims were incurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.inforce.schema import CODED, INFORCE, ISSUE_AGES, YES_NO
from xl_ltc.tables import Column, TableSpec

DEATH, LAPSE, EXPIRY, OTHER = "Death", "Lapse", "Benefit Expiry", "Other"
CAUSES = (DEATH, LAPSE, EXPIRY, OTHER)
"""Causes of termination, in code order."""

CHARACTERISTICS = CODED
"""Characteristics whose categories the assumption tables define, as in the in-force file."""

POLICY_HISTORY = TableSpec(
    "policy_history",
    "Insureds ever covered, and how each coverage ended",
    "Appendix A",
    (
        Column("policy_id", "text"),
        Column("series", "text"),
        Column("issue_date", "text", unit="date"),
        Column("issue_age", "integer", *ISSUE_AGES, unit="years"),
        Column("birth_date", "text", unit="date", optional=True),
        *(Column(name, "text") for name in CHARACTERISTICS if name != "series"),
        Column("discounted_renewal", "text", allowed=YES_NO),
        INFORCE.column("daily_benefit"),
        Column("entry_date", "text", unit="date", optional=True),
        Column("termination_date", "text", unit="date", optional=True),
        Column("termination_cause", "text", allowed=CAUSES, optional=True),
    ),
    ("policy_id", "issue_date", "entry_date"),
    "A row a period of coverage: blank entry_date from the issue date on, blank termination_date still in force at the "
    "end of the study. A policy that was reinstated has a row for each period, the later one with the entry_date. "
    "birth_date is read only where ages follow birthdays.",
)

CLAIM_HISTORY = TableSpec(
    "claim_history",
    "Claims incurred",
    "Appendix A, Exhibit A-3b",
    (
        Column("policy_id", "text"),
        Column("incurred_date", "text", unit="date"),
        Column("amount", minimum=0.0, maximum=1e8, unit="$"),
    ),
    (),
    "A row a claim: paid claims and claim reserves, discounted to the year of incurral.",
)


@dataclass(frozen=True)
class Histories:
    """Checked policy histories and claims.

    Attributes:
        policies: a row a period of coverage: the columns of ``POLICY_HISTORY``; coded columns are pandas categoricals
            of the assumption set's vocabulary, dates are datetime64[s], NaT where blank, ``termination_cause`` a
            categorical of ``CAUSES``.
        claims: ``row`` (int64, of ``policies``), ``incurred_date`` (datetime64[s]) and ``amount`` (float64).
    """

    policies: pd.DataFrame
    claims: pd.DataFrame

    def __len__(self) -> int:
        return len(self.policies)

    def codes(self, name: str) -> np.ndarray:
        """Positions of a coded column's values in its vocabulary, int64; −1 for none."""
        return np.asarray(self.policies[name].cat.codes.to_numpy(), dtype=np.int64)
