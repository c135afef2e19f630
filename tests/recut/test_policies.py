"""Each policy by itself: against the readable calculation, the block's sums, and any order or part of policies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.inforce.block import Block
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.project import project
from xl_ltc.projection.results import KERNEL_COLUMNS
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.recut.policies import PolicyResults, in_parts, policy_results
from xl_ltc.settings import Settings

MakeBlock = Callable[..., Block]


def results(block: Block, assumptions: AssumptionSet) -> PolicyResults:
    return policy_results(block, ProjectionBasis.of(assumptions), policy_increase(block, assumptions))


@pytest.mark.parametrize("timing", [0.0, 0.5, 1.0])
def test_a_policys_values_are_those_of_the_readable_calculation(random_block: MakeBlock, timing: float) -> None:
    assumptions = bundled(Settings(cash_flow_timing=timing))
    block = random_block(40, 3)
    found = results(block, assumptions)
    impact = policy_increase(block, assumptions).impact
    for i in (0, 17, 39):
        segments = trace(block, assumptions, impact, block.frame["policy_id"][i])
        years = segments.groupby("calendar_year")
        rate = {2000: 0.045, 2006: 0.04, 2013: 0.035}[max(y for y in (2000, 2006, 2013) if y <= block.issue_year[i])]
        assert found.valuation_rate[i] == rate
        for column, (measure, basis) in enumerate(KERNEL_COLUMNS):
            flows = years[f"lives_end_{basis}"].last() if measure == "lives" else years[f"{measure}_{basis}"].sum()
            np.testing.assert_allclose(found.cash_flows[i, :, column], flows, rtol=1e-12, atol=1e-12)
            value = sum(flow / (1.0 + rate) ** (year - 2017 + timing) for year, flow in flows.items())
            assert found.present_values[i, column] == pytest.approx(value, rel=1e-12)


def test_policies_add_up_to_the_block(random_block: MakeBlock, assumptions: AssumptionSet) -> None:
    block = random_block(500, 1)
    whole = project(block, assumptions, policy_increase(block, assumptions).impact).values.sum(axis=0)
    np.testing.assert_allclose(results(block, assumptions).cash_flows.sum(axis=0), whole, rtol=1e-12)


def test_neither_order_nor_the_size_of_parts_makes_a_difference(
    random_block: MakeBlock, assumptions: AssumptionSet
) -> None:
    block, basis = random_block(150, 2), ProjectionBasis.of(assumptions)
    increase, whole = policy_increase(block, assumptions), results(block, assumptions)
    order = np.random.default_rng(5).permutation(len(block))
    for size in (1, 7, 4096):
        parts = list(in_parts(block, basis, increase, order, size))
        assert max(len(part.block) for part in parts) <= size
        for name in ("cash_flows", "present_values", "valuation_rate"):
            found = np.concatenate([getattr(part, name) for part in parts])
            assert np.array_equal(found, getattr(whole, name)[order]), (size, name)
        assert np.array_equal(np.concatenate([part.increase.increase for part in parts]), increase.increase[order])
