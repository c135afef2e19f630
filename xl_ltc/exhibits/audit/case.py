"""What the audit of some policies shows: their records, the engine's values, and the readable calculation of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.projection.project import project
from xl_ltc.projection.results import CashFlows
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import PolicyIncrease, policy_increase


@dataclass(frozen=True)
class AuditCase:
    """Policies under audit, the first of which is the one shown.

    Attributes:
        block: these policies only, in order.
        assumptions: the assumption set they were projected on.
    """

    block: Block
    assumptions: AssumptionSet

    @classmethod
    def of(cls, block: Block, assumptions: AssumptionSet, policy_ids: Sequence[str]) -> AuditCase:
        """The policies with some ids of a block.

        Raises:
            InputError: no such policy.
        """
        position = {policy_id: i for i, policy_id in enumerate(block.frame["policy_id"])}
        missing = [policy_id for policy_id in policy_ids if policy_id not in position]
        if missing or not policy_ids:
            found = f"no policy {', '.join(map(repr, missing[:5]))}" if missing else "no policy"
            raise InputError.single("policies in force", found, "the policy_id of a policy in force")
        return cls(block.select(np.array([position[policy_id] for policy_id in policy_ids])), assumptions)

    @cached_property
    def policy_ids(self) -> list[str]:
        """The ids, in order."""
        return [str(policy_id) for policy_id in self.block.frame["policy_id"]]

    @cached_property
    def policy(self) -> Block:
        """The policy that is shown."""
        return self.block.select(np.array([0]))

    @cached_property
    def increase(self) -> PolicyIncrease:
        """Increase and elections of every policy."""
        return policy_increase(self.block, self.assumptions)

    @cached_property
    def traces(self) -> list[pd.DataFrame]:
        """The readable calculation of every policy, a row a segment."""
        return [trace(self.block, self.assumptions, self.increase.impact, policy_id) for policy_id in self.policy_ids]

    @cached_property
    def cash_flows(self) -> list[CashFlows]:
        """What the engine adds to a block for each policy, by calendar year."""
        flows = project(self.block, self.assumptions, self.increase.impact, by=("policy_id",))
        return [flows.where(policy_id=policy_id) for policy_id in self.policy_ids]
