"""One plain policy, by column of the in-force file."""

from __future__ import annotations

from typing import Any

PLAIN_POLICY: dict[str, Any] = dict(
    policy_id="P0",
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
