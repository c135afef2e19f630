"""The Python interface: read, project, measure, and the filing as a whole.

>>> from xl_ltc import api
>>> run = api.filing()
>>> round(run.experience.lifetime_loss_ratio("before"), 2)
1.61
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.reconcile import reconcile
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.project import project
from xl_ltc.projection.results import CashFlows, from_history, join
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import PolicyIncrease, policy_increase
from xl_ltc.recut.kept import KeptRun
from xl_ltc.recut.recut import recut
from xl_ltc.settings import Settings
from xl_ltc.workbook import actions
from xl_ltc.workbook.read import read_workbook
from xl_ltc.workbook.render import write_filing_workbook

__all__ = [
    "AssumptionSet",
    "Block",
    "CashFlows",
    "Experience",
    "FilingRun",
    "KeptRun",
    "PolicyIncrease",
    "Settings",
    "bundled",
    "filing",
    "from_history",
    "join",
    "policy_increase",
    "project",
    "read_assumptions",
    "read_history",
    "read_inforce",
    "reconcile",
    "recut",
    "run_filing",
    "trace",
    "write_filing_workbook",
]


def filing() -> FilingRun:
    """The filing on the illustrative block and the bundled assumptions."""
    return actions.illustrative_run(lambda _: None)


def read_assumptions(workbook: str | Path) -> AssumptionSet:
    """The assumption set and settings of a workbook.

    Raises:
        InputError: every problem of its tables.
    """
    inputs = read_workbook(Path(workbook))
    return AssumptionSet.from_tables(inputs.tables, inputs.settings)


def read_inforce(path: str | Path, assumptions: AssumptionSet) -> Block:
    """Policies in force, checked against an assumption set.

    Args:
        path: Parquet, CSV, or a workbook with a table ``inforce``.
        assumptions: what codes, ages and dates are allowed.

    Raises:
        InputError: every problem of the file.
    """
    return actions.check_policies(actions.read_any_inforce(Path(path)), assumptions)


def read_history(workbook: str | Path, assumptions: AssumptionSet) -> pd.DataFrame:
    """The actual experience of a workbook, checked.

    Raises:
        InputError: every problem of the table.
    """
    return actions.check_experience(read_workbook(Path(workbook)).history, assumptions)
