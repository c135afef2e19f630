"""What an assumption set allows of the policies it projects."""

from __future__ import annotations

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.inforce.schema import CODED
from xl_ltc.inforce.validate import InforceRules


def rules_of(assumptions: AssumptionSet) -> InforceRules:
    """The rules an in-force file is checked by under an assumption set and its settings."""
    premium = assumptions.premium
    return InforceRules(
        vocabulary={name: assumptions.vocabulary(name) for name in CODED},
        valuation_date=assumptions.settings.valuation_date,
        first_issue_year=int(assumptions.valuation_interest.issue_year_from[0]),
        last_age=LAST_AGE,
        payment_years=dict(zip(premium.options, premium.years.tolist(), strict=True)),
        payment_to_age=dict(zip(premium.options, premium.to_age.tolist(), strict=True)),
    )
