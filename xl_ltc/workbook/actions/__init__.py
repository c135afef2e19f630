"""The actions a user can take, each implemented once: the command line and the buttons call these."""

from xl_ltc.workbook.actions.demonstration import demo, illustrative_run
from xl_ltc.workbook.actions.inputs import Inputs, check_experience, check_policies, read_any_inforce, read_inputs
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.running import Outcome, run_workbook
from xl_ltc.workbook.actions.tracing import trace_policy

__all__ = [
    "Inputs",
    "Outcome",
    "Progress",
    "check_experience",
    "check_policies",
    "demo",
    "illustrative_run",
    "read_any_inforce",
    "read_inputs",
    "run_workbook",
    "trace_policy",
]
