"""The policies sold, in force today or not: what expected experience is projected from (section 16)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.inforce.validate import InforceRules, check_issued
from xl_ltc.tables import Column, InputTable, TableSpec

COUNT = "policies_sold"
SOLD = TableSpec(
    "policies_sold",
    "Policies sold, in force or not",
    "Section 16",
    (*INFORCE.columns, Column(COUNT, minimum=0.0, maximum=1e6, unit="policies")),
    INFORCE.key,
    "As the in-force file, with how many policies a row stands for. annualized_premium is what was payable while "
    "premium was, also of policies that are paid up or have ended.",
)


@dataclass(frozen=True)
class Sold:
    """Policies sold.

    Attributes:
        block: their characteristics; the premium is the one that is payable while it is.
        count: how many policies each row stands for, shape (rows,).
        how: in words, where they come from.
    """

    block: Block
    count: np.ndarray
    how: str


def check_sold(table: InputTable, rules: InforceRules) -> Sold:
    """Policies sold from a raw table.

    Raises:
        InputError: every problem of the table.
    """
    block, frame = check_issued(table, SOLD, rules)
    return Sold(block, frame[COUNT].to_numpy(dtype=float), f"{len(block):,} rows of policies sold, as given.")


def sold_frame(sold: Sold) -> pd.DataFrame:
    """Policies sold as a table of ``SOLD``."""
    return sold.block.frame.assign(**{COUNT: sold.count})


def reconstructed(block: Block, assumptions: AssumptionSet, mortality_ae: float = 1.0) -> Sold:
    """The policies sold that those in force imply: each stands for one over its persistency since issue.

    Args:
        block: in force at the valuation date, each with the premium it paid while it did.
        assumptions: decrements of the past, without improvement.
        mortality_ae: actual to expected mortality of the past.

    Raises:
        InputError: policies without a premium, which may have been paid up and whose premium is not known; policies
            that nobody would have kept until now, such as of insureds at the mortality table's last age.
    """
    allowed = "a file of the policies sold with the premium that was payable (policies_sold on the Control sheet)"
    left = persistency_since_issue(block, assumptions, mortality_ae)
    for bad, words in (
        (block.numbers("annualized_premium") <= 0.0, "that pay no premium"),
        (left <= 0.0, "that are in force although the assumptions leave none"),
    ):
        if bad.any():
            first = block.frame["policy_id"].iloc[int(np.flatnonzero(bad)[0])]
            found = f"{int(bad.sum()):,} policies {words}, the first {first}"
            raise InputError.single("policies in force", found, allowed)
    how = "Reconstructed: a policy in force stands for one over its persistency since issue on current assumptions."
    return Sold(block, 1.0 / left, how)


def persistency_since_issue(block: Block, assumptions: AssumptionSet, mortality_ae: float = 1.0) -> np.ndarray:
    """The share of the policies issued that is left at the valuation date, shape (policies,); see ``reconstructed``."""
    completed = assumptions.settings.valuation_date.year - block.issue_year
    left = np.ones(len(block))
    for t in range(1, int(completed.max(initial=0)) + 2):
        # The policy year under way has run from its anniversary to the end of the valuation year.
        length = np.where(t <= completed, 1.0, np.where(t == completed + 1, 1.0 - block.year_before_anniversary, 0.0))
        left *= (
            past_survival(block, assumptions, block.issue_age + t - 1, np.full(len(block), t), mortality_ae) ** length
        )
    return left


def past_survival(
    block: Block, assumptions: AssumptionSet, age: np.ndarray, duration: np.ndarray, mortality_ae: float
) -> np.ndarray:
    """Annual persistency in the past, without improvement, which begins at the valuation date.

    Args:
        block, assumptions, mortality_ae: as of ``reconstructed``.
        age, duration: attained age and policy year, of the policies or of the policies by years.
    """

    def column(values: np.ndarray) -> np.ndarray:
        return values if age.ndim == 1 else values[:, None]

    sex, partner, uw, payment, period = (
        column(block.codes(name))
        for name in ("sex", "partner_status", "underwriting_class", "premium_payment", "benefit_period")
    )
    q = assumptions.mortality.q(sex, age, partner, uw, duration)
    lapse = assumptions.lapse.rate(
        partner, duration, payment, column(block.discounted_renewal), column(block.issue_age)
    )
    expiry = assumptions.benefit_expiry.rate(sex, period, age)
    return np.asarray((1.0 - q * mortality_ae) * (1.0 - lapse) * (1.0 - expiry))
