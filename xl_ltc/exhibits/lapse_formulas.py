"""Formulas that read the payment options' scalars on lapse, as ``assumptions.lapse`` does."""

from __future__ import annotations

from xl_ltc.exhibits.lookups import equals

TABLE = "lapse_payment_option"


def rows_of_option(option: str, duration: str) -> str:
    """The condition that a row is of a payment option and holds a policy duration.

    Args:
        option, duration: formulas for its name and for the number.
    """
    to = f"{TABLE}[duration_to]"
    within = f'({TABLE}[duration_from]<={duration})*((({to}="")+({to}>={duration}))>0)'
    return f"{equals(TABLE, 'premium_payment', option)}*{within}"


def payment_scalar(option: str, duration: str, issue_age: str) -> str:
    """The scalar of a payment option at a policy duration and issue age, formulas all."""
    low, high = f"{TABLE}[issue_age_from]", f"{TABLE}[issue_age_to]"
    at_age = f'({low}<={issue_age})*((({high}="")+({high}>={issue_age}))>0)'
    return f"SUMPRODUCT({rows_of_option(option, duration)}*{at_age}*{TABLE}[scalar])"
