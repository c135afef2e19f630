"""One policy, two years, every number worked out by hand from the printed tables.

Female, partnered, preferred, 500 series, issued 15 March 2009 at 68. Three years' benefits, 90 days'
elimination, comprehensive, reimbursement, compound 5%, $150 a day; lifetime-pay, $2,000 a year. The new
business premium is $2,800: an increase of 40%, effective on the anniversary of 2018.

15 March is the 74th day of the year, so 73/365 = 0.2 of each year lies before the anniversary:

    segment  year       length  duration  age
    1        2017        0.2     8        75
    2        2017        0.8     9        76
    3        2018        0.2     9        76
    4        2018        0.8    10        77
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.inforce.block import Block
from xl_ltc.projection.project import project
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings
from xl_ltc.tables import InputTable

LENGTH = (0.2, 0.8, 0.2, 0.8)

# 2012 IAM Basic, females of 75, 76, 76, 77.
Q_IAM = (0.015869, 0.017555, 0.017555, 0.019500)
# Exhibit A-1a: attained age × female × partnered × preferred × duration 8, 9, 9, 10.
A_1A = (
    0.87 * 0.96 * 0.95 * 0.94 * 0.77,
    0.89 * 0.96 * 0.95 * 0.94 * 0.79,
    0.89 * 0.96 * 0.95 * 0.94 * 0.79,
    0.90 * 0.96 * 0.95 * 0.94 * 0.81,
)
# Scale G2 is 1.3% at these ages; one year of improvement in 2017, two in 2018.
IMPROVEMENT = (0.987, 0.987, 0.987 * 0.987, 0.987 * 0.987)
# Section 6c, partnered, durations 8, 9, 9, 10.
LAPSE = (0.006, 0.005, 0.005, 0.005)
# Section 6d, female, 3 years: 0.1% at 75 and 0.3% at 80, so 0.04% more a year.
EXPIRY = (0.0010, 0.0014, 0.0014, 0.0018)
# A made-up claim cost a year per dollar of daily benefit, at 75, 76, 76, 77.
CLAIM_COST = (20.0, 22.0, 22.0, 24.5)
# Exhibit A-3a by attained age: series 500, limited benefit period, reimbursement.
A_3A_AGE = (0.99 * 0.92 * 0.98, 0.99 * 0.93 * 1.00, 0.99 * 0.93 * 1.00, 1.00 * 0.95 * 1.01)
# Exhibit A-3a by duration, series 500: 8, 9, 9, 10.
A_3A_DURATION = (0.98, 0.97, 0.97, 0.99)
# Exhibit A-3a: female, preferred.
A_3A_CONSTANT = 0.91 * 0.90
# Made-up relativity of three years' benefits; the others are 1.
RELATIVITY = 0.5
# 5% compound: 7, 8, 8, 9 anniversaries since issue.
GROWTH = (1.05**7, 1.05**8, 1.05**8, 1.05**9)

# Section 6e and Appendix A for R = 40%.
R = 2800 / 2000 - 1
C = 0.08 * 0.40
B = 2.5 * C
SELECTION = 1 / (1 - 0.25 * C - 0.125 * B)


@pytest.fixture(scope="module")
def example() -> AssumptionSet:
    """The bundled set with the example's claim cost; two years; an increase in 2018."""
    tables = bundled_tables()
    cost = tables["claim_cost"].frame.assign(Male="1", Female="1")
    for age, value in ((75, "20"), (76, "22"), (77, "24.5")):
        cost.loc[cost["attained_age"] == str(age), "Female"] = value
    tables["claim_cost"] = InputTable(cost)
    relativity = tables["claim_cost_relativity"].frame.assign(relativity="1")
    three = (relativity["characteristic"] == "benefit_period") & (relativity["category"] == "3")
    relativity.loc[three, "relativity"] = "0.5"
    tables["claim_cost_relativity"] = InputTable(relativity)
    return AssumptionSet.from_tables(tables, Settings(projection_years=2, increase_effective_year=2018))


@pytest.fixture(scope="module")
def policy(policies: Callable[..., Block]) -> Block:
    return policies(issue_date="2009-03-15", issue_age=68, annualized_premium=2000.0, new_business_premium=2800.0)


def by_hand() -> pd.DataFrame:
    """The four segments."""
    rows = []
    lives = 1.0
    for s in range(4):
        q = (1 - exp(log(1 - Q_IAM[s]) * A_1A[s])) * IMPROVEMENT[s]
        stay_alive, stay, not_expire = ((1 - rate) ** LENGTH[s] for rate in (q, LAPSE[s], EXPIRY[s]))
        deaths = lives * (1 - stay_alive)
        lapses = lives * stay_alive * (1 - stay)
        expiries = lives * stay_alive * stay * (1 - not_expire)
        end = lives - deaths - lapses - expiries
        average = (lives + end) / 2
        premium = 2000 * LENGTH[s] * average
        claims = (
            150
            * CLAIM_COST[s]
            * RELATIVITY
            * A_3A_CONSTANT
            * A_3A_AGE[s]
            * A_3A_DURATION[s]
            * GROWTH[s]
            * IMPROVEMENT[s]
            * LENGTH[s]
            * average
        )
        increased = s == 3
        rows.append(
            dict(
                mortality_q=q,
                lapse_rate=LAPSE[s],
                benefit_expiry_rate=EXPIRY[s],
                lives_begin_before=lives,
                deaths=deaths,
                lapses=lapses,
                benefit_expiries=expiries,
                lives_end_before=end,
                average_lives=average,
                earned_premium_before=premium,
                incurred_claims_before=claims,
                earned_premium_after=premium * (1 - C) * (1 - B) * (1 + R) if increased else premium,
                initial_earned_premium_after=premium * (1 - C) * (1 - B) if increased else premium,
                incurred_claims_after=claims * (1 - C) * (1 - B) * SELECTION if increased else claims,
                lives_end_after=end * (1 - C) if increased else end,
            )
        )
        lives = end
    return pd.DataFrame(rows)


def test_the_hand_computation_itself() -> None:
    """Its numbers as a pocket calculator shows them, so that an error in the formulas above can't hide."""
    hand = by_hand()
    # ln 0.984131 = −0.01599626; × 0.57429187 = −0.00918652; 1 − e^that = 0.00914446; × 0.987 = 0.00902558.
    assert A_1A[0] == pytest.approx(0.57429187, abs=5e-9)
    assert hand["mortality_q"][0] == pytest.approx(0.00902558, abs=5e-9)
    assert hand["deaths"][0] == pytest.approx(0.00181167, abs=5e-9)
    assert hand["lapses"][0] == pytest.approx(0.00120071, abs=5e-9)
    assert hand["benefit_expiries"][0] == pytest.approx(0.00019948, abs=5e-9)
    assert hand["lives_end_before"][0] == pytest.approx(0.99678814, abs=5e-9)
    # 2,000 · 0.2 · 0.99839407; 150 · 20 · 0.5 · 0.819 · 0.892584 · 0.98 · 1.40710042 · 0.987 · 0.2 · 0.99839407.
    assert hand["earned_premium_before"][0] == pytest.approx(399.3576, abs=5e-5)
    assert hand["incurred_claims_before"][0] == pytest.approx(298.0057, abs=5e-5)
    np.testing.assert_allclose([C, B, SELECTION], [0.032, 0.080, 1 / 0.982], rtol=1e-15)
    # The premium of the last segment rises by 0.968 · 0.92 · 1.4 = 1.246784.
    assert hand["earned_premium_after"][3] / hand["earned_premium_before"][3] == pytest.approx(1.246784, abs=1e-9)


def test_the_trace_shows_every_number(example: AssumptionSet, policy: Block) -> None:
    shown = trace(policy, example, policy_increase(policy, example).impact, "P0")
    assert shown["segment_length"].tolist() == pytest.approx(LENGTH, rel=1e-15)
    assert shown["policy_duration"].tolist() == [8, 9, 9, 10]
    assert shown["attained_age"].tolist() == [75, 76, 76, 77]
    assert shown["calendar_year"].tolist() == [2017, 2017, 2018, 2018]
    assert shown["projection_year"].tolist() == [1, 1, 2, 2]
    expected = by_hand()
    for column in expected:
        np.testing.assert_allclose(shown[column], expected[column], rtol=1e-12, err_msg=column)


def test_the_kernel_adds_them_up(example: AssumptionSet, policy: Block) -> None:
    flows = project(policy, example, policy_increase(policy, example).impact)
    hand = by_hand()
    assert flows.years.tolist() == [2017, 2018]
    assert flows.groups.to_dict("records") == [{"series": "500", "valuation_rate": 0.04}]
    for basis in ("before", "after"):
        for measure in ("earned_premium", "initial_earned_premium", "incurred_claims"):
            if (measure, basis) == ("initial_earned_premium", "before"):
                continue
            segments = hand[f"{measure}_{basis}"]
            expected = [segments[0] + segments[1], segments[2] + segments[3]]
            np.testing.assert_allclose(flows.total(measure, basis), expected, rtol=1e-13, err_msg=measure)
        np.testing.assert_allclose(flows.total("lives", basis), hand[f"lives_end_{basis}"][[1, 3]], rtol=1e-13)


def test_the_increase_of_the_example(example: AssumptionSet, policy: Block) -> None:
    increase = policy_increase(policy, example)
    assert increase.affected.tolist() == [True]
    assert increase.increase == pytest.approx([0.40], rel=1e-14)
    assert increase.cbul == pytest.approx([0.032], rel=1e-14)
    assert increase.rbo == pytest.approx([0.08], rel=1e-14)
    assert increase.rbo_reduction == pytest.approx([0.08], rel=1e-14)
    assert increase.adverse_selection == pytest.approx([1 / 0.982], rel=1e-14)
