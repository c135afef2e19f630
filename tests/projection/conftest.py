"""Fixtures of the projection's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED


@pytest.fixture(scope="session")
def policies(assumptions: AssumptionSet) -> Callable[..., Block]:
    """``policies(column=values, …)``: a block; columns not given are those of one plain policy."""

    def make(**columns: Any) -> Block:
        plain = dict(
            series="500",
            state="MD",
            issue_date="2009-03-15",
            issue_age=60,
            sex="Female",
            partner_status="Partnered",
            underwriting_class="Preferred",
            benefit_period="3",
            elimination_period="90-Day",
            coverage_type="Comprehensive",
            benefit_type="Reimbursement",
            inflation_option="Compound 5%",
            premium_payment="Lifetime-Pay",
            discounted_renewal="No",
            premium_mode="Annual",
            daily_benefit=150.0,
            annualized_premium=2000.0,
            new_business_premium=3000.0,
        )
        lengths = {len(v) for v in columns.values() if isinstance(v, list)}
        count = max(lengths, default=1)
        frame = pd.DataFrame({**plain, **columns}, index=range(count))
        if "policy_id" not in columns:
            frame["policy_id"] = [f"P{i}" for i in range(count)]
        frame["issue_date"] = pd.to_datetime(frame["issue_date"])
        return Block.from_checked(frame, {name: assumptions.vocabulary(name) for name in CODED})

    return make
