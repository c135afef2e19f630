"""Factors known beforehand are found again, and credibility is given as it is due."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.experience.glm.filing_cells import FilingCells
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.experience.basis import AS_CURRENT, StudyBasis
from xl_ltc.experience.glm.design import collapse
from xl_ltc.experience.glm.fit import Fit, fit_factors
from xl_ltc.experience.glm.fitting import Regression
from xl_ltc.experience.glm.level import set_level

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def twentyfold(assumptions: AssumptionSet) -> FilingCells:
    return FilingCells(assumptions, 20.0)


@pytest.fixture(scope="module")
def found(twentyfold: FilingCells) -> Fit:
    return fit_factors(twentyfold.draw(seed=0), StudyBasis())


def test_the_exposure_is_the_filings(assumptions: AssumptionSet) -> None:
    """Exhibit A-1b: 861,076 life-years, of which 2012 IAM expects about 2,699 / 0.45 deaths."""
    cells = FilingCells(assumptions, 1.0)
    assert cells.expected.sum() == pytest.approx(2699 / 0.45, rel=0.05)


@pytest.mark.parametrize(
    ("effect", "within", "enough"),
    [
        ("sex", 0.03, 0),
        ("partner_status", 0.03, 0),
        ("underwriting_class", 0.03, 0),
        ("policy_duration", 0.03, 100),
        ("attained_age", 0.05, 400),
    ],
)
def test_factors_of_exhibit_a_1a_are_found_again(
    twentyfold: FilingCells, found: Fit, effect: str, within: float, enough: int
) -> None:
    """Within some per cent, or three standard errors of as many deaths alone where that is more.

    3% of every duration can't be asked for: the deaths of one, 590 to 5,100, have standard errors of 1.4% to 4.1%,
    and the smoothing closest to the truth keeps within 3% in one draw of three. Nor can 5% of an age with 100 deaths
    at the end of the ages, where only half as many neighbours help.
    """
    factors = set_level(found.factors, found.weights, AS_CURRENT, "policy_duration", twentyfold.true)
    deaths = found.layout.split(found.events)[effect]
    told = deaths >= max(enough, 1)
    error = np.abs(factors[effect] / twentyfold.true[effect] - 1.0)[told]
    chance = 3.0 / np.sqrt(deaths[told]) if effect != "attained_age" else 0.0
    assert (error <= np.maximum(within, chance)).all()


def test_it_beats_no_adjustment_and_full_credibility(found: Fit) -> None:
    assert found.validated < min(found.unadjusted, found.unpenalized)
    assert found.after < found.before


def test_with_the_filings_exposure_factors_are_between_the_benchmark_and_experience(assumptions: AssumptionSet) -> None:
    cells = FilingCells(assumptions, 1.0).draw(seed=0)
    fit = fit_factors(cells, dataclasses.replace(StudyBasis(), smoothing_strength=300.0))
    assert fit.validated < min(fit.unadjusted, fit.unpenalized)
    free = Regression(collapse(cells)).unpenalized()
    assert np.linalg.norm(fit.path[fit.chosen]) < np.linalg.norm(free)
