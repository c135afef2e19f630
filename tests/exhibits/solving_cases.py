"""What increases are solved for in tests."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pandas as pd

from tests.exhibits.made_up import made_up_run
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.specs import CURRENT
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.solving import Solution, SolveRequest, solve_increase
from xl_ltc.exhibits.solving_case import SolveCase
from xl_ltc.experience.study import bundled_study, nothing_given
from xl_ltc.inforce.block import Block
from xl_ltc.pricing.analysis import PricingBasisOfRun, PricingRequest
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.pricing.sold import Sold
from xl_ltc.settings import HIGHEST_INCREASE

MONEY = ["earned_premium", "initial_earned_premium", "incurred_claims"]
NOT_KNOWN = "The policies sold are not known."


def case_without_pricing(block: Block, history: pd.DataFrame, assumptions: AssumptionSet) -> SolveCase:
    """A case on the current assumptions whose expected experience is not known."""
    pricing = PricingBasisOfRun(AssumptionSets(assumptions, nothing_given()), missing=NOT_KNOWN)
    return SolveCase.of(block, history, assumptions, pricing, CURRENT)


def case_of(run: FilingRun) -> SolveCase:
    """What a run was for, on what it projected."""
    assert run.pricing and run.request
    return SolveCase.of(run.block, run.history, run.assumptions, run.pricing, run.request.projected)


def solved(run: FilingRun, *request: Any) -> Solution:
    """The answer for a run's policies."""
    return solve_increase(case_of(run), SolveRequest(*request))


@functools.cache
def priced_run(projected: str = CURRENT) -> FilingRun:
    """A run whose expected experience is known, and whose history weighs little."""
    run = made_up_run()
    paying = run.block.select(np.flatnonzero(run.block.numbers("annualized_premium") > 0.0))
    return run_filing(
        run.block,
        light(run.history),
        run.assumptions,
        study=bundled_study(),
        sold=Sold(paying, np.full(len(paying), 2.0), "Made up."),
        request=PricingRequest(projected),
    )


def light(history: pd.DataFrame) -> pd.DataFrame:
    """History that weighs so little that an increase moves measures far."""
    return history.assign(**{column: history[column] * 0.01 for column in MONEY})


def at(run: FilingRun, increases: float | np.ndarray) -> FilingRun:
    """The filing's run with an increase for each policy, as its way to the new-business level."""
    assert run.pricing and run.pricing.sold
    block = run.block
    new = block.numbers("annualized_premium") * (1.0 + increases)
    settings = dataclasses.replace(run.assumptions.settings, rate_increase_cap=HIGHEST_INCREASE)
    return run_filing(
        Block(block.frame.assign(new_business_premium=new)),
        run.history,
        dataclasses.replace(run.assumptions, settings=settings),
        study=run.study,
        sold=run.pricing.sold,
        request=run.request,
    )


def actual_to_expected(run: FilingRun, basis: str = "after") -> float:
    """Section 16's, of all series."""
    assert run.pricing and run.pricing.expected
    return run.priced_experience.lifetime_loss_ratio(basis) / run.pricing.expected.loss_ratio_of_all  # type: ignore[arg-type]
