"""Fits the illustrative block's free parameters: ``python -m xl_ltc.illustration.calibrate``.

What is fitted to what:

1. issue ages (two parameters) to the year-end lives of Exhibit I-a;
2. premium by issue age and the ten-pay premium (three) to the earned premium of Exhibit I-a;
3. the claim-cost curve (seven) to the incurred claims of Exhibit I-a and their present value, drawn weakly to the
   guideline claims by attained age of Exhibit A-3b; women's, singles' and indemnity's relativities and the daily
   benefit of each series to the guideline claims of Exhibit A-3b on the block's own past.

Nothing is fitted to Exhibit I-b, Exhibit II or any result by series. The script rewrites ``parameters.csv`` and the
bundled claim-cost tables.
"""

from __future__ import annotations

from pathlib import Path

import xl_ltc.assumptions.bundled
from xl_ltc.illustration import parameters as parameter_file
from xl_ltc.illustration.block import illustrate
from xl_ltc.illustration.calibrate_claims import fit_claims
from xl_ltc.illustration.claim_cost import claim_cost_relativities, claim_costs
from xl_ltc.illustration.fitting import assumptions_with, fit, residuals
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.projection.project import project

_ISSUE_AGES = ("issue_age_shift", "issue_age_trend")
_PREMIUM = ("premium_age_slope", "premium_age_curve", "premium_premium_payment.Ten-Pay")


def calibrate() -> Parameters:
    """Run the three fits from the bundled parameters on."""
    values = parameter_file.bundled()
    assumptions = assumptions_with(values)
    print("issue ages to the lives of Exhibit I-a")
    values = fit(
        values,
        _ISSUE_AGES,
        lambda v: residuals(project(illustrate(assumptions, v).block, assumptions), "lives"),
        most=40,
    )
    print("premium to the earned premium of Exhibit I-a")
    values = fit(
        values,
        _PREMIUM,
        lambda v: residuals(project(illustrate(assumptions, v).block, assumptions), "earned_premium"),
        most=60,
    )
    print("claim costs to the incurred claims of Exhibit I-a")
    return fit_claims(values, illustrate(assumptions, values))


def main() -> None:
    """Calibrate and write the parameters and the claim-cost tables where the package keeps them."""
    values = calibrate()
    values.write(Path(__file__).with_name(parameter_file.FILE))
    tables = Path(xl_ltc.assumptions.bundled.__file__).parent
    values = parameter_file.bundled()
    claim_costs(values).to_csv(tables / "claim_cost.csv", index=False, lineterminator="\n")
    claim_cost_relativities(values).to_csv(tables / "claim_cost_relativity.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
