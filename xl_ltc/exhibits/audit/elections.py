"""The policy's increase, what insureds do about it, and the factors on its cash flows (specification, section 4)."""

from __future__ import annotations

import numpy as np

from xl_ltc.assumptions.lapse import NEVER
from xl_ltc.assumptions.premium import FOR_LIFE
from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.exhibits.audit.case import AuditCase
from xl_ltc.exhibits.audit.lines import Line, lines_table
from xl_ltc.exhibits.table import Table
from xl_ltc.rate_increase.behaviour import rounded_increase
from xl_ltc.rate_increase.schedule import rate_increase

_TOLERANCE = "1E-9"
"""As in rate_increase.behaviour: 1.15 - 1 is not more than 15%."""

_LAST_LAPSE = (
    'SUMPRODUCT(MAX((lapse_payment_option[premium_payment]&""=audit_premium_payment&"")*'
    '(lapse_payment_option[issue_age_from]="")*lapse_payment_option[issue_age_to]))'
)


def increase_table(case: AuditCase) -> Table:
    """The increase, the elections and the factors on its cash flows (specification, section 4)."""
    settings, behaviour, found = case.assumptions.settings, case.assumptions.behaviour, case.increase
    policy = case.policy
    now, new = policy.numbers("annualized_premium")[0], policy.numbers("new_business_premium")[0]
    increase, cbul, rbo, rho = (float(v[0]) for v in (found.increase, found.cbul, found.rbo, found.rbo_reduction))
    option = policy.codes("premium_payment")
    paying = int(case.assumptions.premium.paying_years(option, policy.issue_age)[0])
    limited = bool(case.assumptions.premium.is_limited(option)[0])
    duration = settings.increase_effective_year - int(policy.issue_year[0]) + 1
    needed = max(float(new / now - 1.0) if now > 0 else 0.0, 0.0)
    in_full = float(rate_increase(now, new, np.inf, settings.increase_rounding))
    rounded = float(rounded_increase(increase, behaviour.cbul_rounding, settings.behaviour_rounding_tie))
    persist = (1.0 - cbul) * (1.0 - rho)
    scaled = "audit_increase/audit_cbul_rounding"
    even = f"ROUND({scaled},9)"
    lines = [
        Line(
            "paying_years",
            "Policy years in which premium is payable",
            "=MIN(audit_paying_for,audit_paying_to)",
            paying,
            "count",
        ),
        Line(
            "limited",
            "Limited premium-paying period (1 yes)",
            f"=IF(AND(audit_paying_for={FOR_LIFE},audit_paying_to={FOR_LIFE}),0,1)",
            int(limited),
            "age",
        ),
        Line(
            "zero_lapse_after",
            "Attained age after which lapse is zero (10,000: never)",
            f'=IF(AND(paid_up_at_65_lapse="attained_age",audit_paying_to<{FOR_LIFE}),'
            f"IF({_LAST_LAPSE}=0,{LAST_AGE},{_LAST_LAPSE}),{NEVER})",
            int(case.assumptions.lapse.zero_after_attained_age[option[0]]),
            "count",
        ),
        Line(
            "effective_duration",
            "Policy duration that begins on the anniversary in the effective year",
            "=increase_effective_year-audit_issue_year+1",
            duration,
            "age",
        ),
        Line(
            "affected",
            "Affected: premium is payable then (1 yes)",
            "=IF(AND(audit_effective_duration<=audit_paying_years,audit_annualized_premium>0),1,0)",
            int(found.affected[0]),
            "age",
        ),
        Line(
            "needed",
            "New-business premium over current premium, less one, at least zero",
            "=IF(audit_annualized_premium>0,MAX(audit_new_business_premium/audit_annualized_premium-1,0),0)",
            needed,
        ),
        Line(
            "needed_rounded",
            "The same, rounded as the settings say",
            f"=IF(increase_rounding>0,INT(audit_needed/increase_rounding+0.5+{_TOLERANCE})*increase_rounding,audit_needed)",
            in_full,
        ),
        Line(
            "increase",
            "R: the increase, at most the cap",
            "=IF(audit_affected=1,MIN(audit_needed_rounded,rate_increase_cap),0)",
            increase,
        ),
        Line(
            "increase_rounded",
            "Rr: R rounded to the nearest multiple",
            f'=IF(behaviour_rounding_tie="half_even",IF({even}-INT({even})=0.5,INT({even})+MOD(INT({even}),2),ROUND({even},0)),'
            f"INT({scaled}+0.5+{_TOLERANCE}))*audit_cbul_rounding",
            rounded,
        ),
        Line(
            "cbul",
            "C: contingent benefit upon lapse",
            f"=IF(OR(audit_increase<=audit_cbul_threshold+{_TOLERANCE},audit_limited=1),0,MIN(audit_cbul_slope*audit_increase_rounded,1))",
            cbul,
        ),
        Line("rbo", "B: reduced benefit options", "=MIN(audit_rbo_multiple*audit_cbul,1)", rbo),
        Line(
            "selection",
            "AS: adverse selection",
            "=1/(1-audit_cbul_morbidity_relief*audit_cbul-audit_rbo_morbidity_relief*audit_rbo)",
            float(found.adverse_selection[0]),
        ),
        Line(
            "rbo_reduction",
            "Reduction of premium and claims due to reduced benefits",
            '=IF(rbo_basis="as_filed",audit_rbo,IF(rbo_basis="literal",1-(audit_rbo+(1-audit_rbo)*(1+audit_increase))/(1+audit_increase),'
            "MIN(audit_cbul+audit_rbo*audit_increase/(1+audit_increase),1)))",
            rho,
        ),
        Line(
            "initial_premium_factor_after",
            "Factor on initial premium from the anniversary on: (1-C)(1-reduction)",
            "=(1-audit_cbul)*(1-audit_rbo_reduction)",
            persist,
        ),
        Line(
            "premium_factor_after",
            "Factor on premium: (1-C)(1-reduction)(1+R)",
            "=audit_initial_premium_factor_after*(1+audit_increase)",
            persist * (1.0 + increase),
        ),
        Line(
            "claims_factor_after",
            "Factor on claims: (1-C)(1-reduction)AS",
            "=audit_initial_premium_factor_after*audit_selection",
            persist * float(found.adverse_selection[0]),
        ),
        Line("lives_factor_after", "Factor on lives: 1-C", "=1-audit_cbul", 1.0 - cbul),
    ]
    return lines_table("audit_increase_lines", "Its increase, and what insureds do about it", lines)
