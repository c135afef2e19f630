"""Compiling ahead of time what is compiled at its first use."""

from __future__ import annotations

import pandas as pd

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.exposure import exposure_by
from xl_ltc.experience.history import CAUSES, Histories
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.projection.project import project


def warm_up() -> None:
    """Compile the projection and exact exposure; numba keeps them beside the package, or in the user's cache.

    Compiled code is of one processor and one version of numba and can't be shipped; the installing commands of the
    hosts make it, so that the first recalculation need not wait for it.
    """
    assumptions = bundled()
    nobody = pd.DataFrame({column.name: [] for column in INFORCE.columns})
    project(Block.from_checked(nobody, {name: assumptions.vocabulary(name) for name in CODED}), assumptions)
    exposure_by(_no_histories(), StudyBasis(), ())


def _no_histories() -> Histories:
    dates = ("issue_date", "birth_date", "entry_date", "termination_date")
    no_day, no_number = pd.Series([], dtype="datetime64[s]"), pd.Series([], dtype="int64")
    causes = pd.Categorical([], categories=CAUSES)
    policies = {"policy_id": [], "issue_age": no_number, "termination_cause": causes, **dict.fromkeys(dates, no_day)}
    claims = {"row": no_number, "incurred_date": no_day, "amount": pd.Series([], dtype="float64")}
    return Histories(pd.DataFrame(policies), pd.DataFrame(claims))
