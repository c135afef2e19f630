"""Fixtures of the projection's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tests.plain_policy import PLAIN_POLICY
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED


@pytest.fixture(scope="session")
def policies(assumptions: AssumptionSet) -> Callable[..., Block]:
    """``policies(column=values, …)``: a block; columns not given are those of one plain policy."""

    def make(**columns: Any) -> Block:
        lengths = {len(v) for v in columns.values() if isinstance(v, list)}
        count = max(lengths, default=1)
        frame = pd.DataFrame({**PLAIN_POLICY, **columns}, index=range(count))
        if "policy_id" not in columns:
            frame["policy_id"] = [f"P{i}" for i in range(count)]
        frame["issue_date"] = pd.to_datetime(frame["issue_date"])
        return Block.from_checked(frame, {name: assumptions.vocabulary(name) for name in CODED})

    return make
