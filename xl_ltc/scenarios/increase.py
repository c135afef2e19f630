"""The increase, elections and adverse selection under a scenario."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.rate_increase import behaviour as elections
from xl_ltc.rate_increase.impact import PolicyIncrease, policy_increase
from xl_ltc.scenarios.scenario import Linear, Scenario
from xl_ltc.scenarios.specs import CBUL, INCREASE, RBO, SELECTION


def changed_increase(
    block: Block, assumptions: AssumptionSet, filed: PolicyIncrease, scenario: Scenario
) -> PolicyIncrease:
    """Each policy's increase and what follows from it, under a scenario.

    An increase is changed after the cap and never below none; elections follow from the changed increase, are changed
    themselves and kept within 0 and 1, and where nobody elects nobody is added. RBO elections are a multiple of the
    changed CBUL elections. Of adverse selection the electors' relief is scaled, the shift is added to the factor where
    there are elections.

    Args:
        block: the policies; assumptions: with their settings.
        filed: the increase without the scenario.
        scenario: the changes.

    Raises:
        InputError: selection so strong that those who stay would have no bounded claims.
    """
    codes, series = block.codes("series"), assumptions.vocabulary("series")

    def of(assumption: str) -> _OfPolicies:
        return _OfPolicies(scenario.by_series(assumption, series), codes)

    wanted = np.maximum(of(INCREASE).applied(filed.increase), 0.0)
    plain = policy_increase(block, assumptions, wanted)
    cbul = of(CBUL).of_elections(plain.cbul)
    rbo = of(RBO).of_elections(elections.rbo_election(cbul, assumptions.behaviour))
    selection = of(SELECTION)
    # Relief is linear in the elections.
    try:
        adverse = elections.adverse_selection(cbul * selection.scale, rbo * selection.scale, assumptions.behaviour)
    except InputError as error:
        raise InputError(
            [dataclasses.replace(p, place=f"scenario {scenario.name}: {p.place}") for p in error.problems]
        ) from None
    adverse = np.where((cbul > 0.0) | (rbo > 0.0), adverse + selection.shift, adverse)
    if not (np.isfinite(adverse) & (adverse > 0.0)).all():
        found = f"scenario {scenario.name}: adverse selection {float(adverse.min()):g} for some policy"
        raise InputError.single("scenarios", found, "elections and adverse selection that leave it above 0")
    basis = assumptions.settings.rbo_basis
    return dataclasses.replace(
        plain,
        cbul=cbul,
        rbo=rbo,
        adverse_selection=adverse,
        rbo_reduction=elections.rbo_reduction(plain.increase, cbul, rbo, basis),
    )


class _OfPolicies:
    """The change of an assumption for each policy."""

    def __init__(self, by_series: Sequence[Linear], codes: np.ndarray) -> None:
        self.scale = np.array([linear.scale for linear in by_series])[codes]
        self.shift = np.array([linear.shift for linear in by_series])[codes]

    def applied(self, value: np.ndarray) -> np.ndarray:
        return np.asarray(value * self.scale + self.shift)

    def of_elections(self, elected: np.ndarray) -> np.ndarray:
        return np.where(elected > 0.0, np.clip(self.applied(elected), 0.0, 1.0), 0.0)
