"""The actions a user can take, each implemented once: the command line and the buttons call these."""

from xl_ltc.workbook.actions.attributing import Files, attribute_workbook, compare_sets_workbook
from xl_ltc.workbook.actions.checking import Checked, check_inputs
from xl_ltc.workbook.actions.comparing import compare_runs
from xl_ltc.workbook.actions.demonstration import demo, illustrative_run
from xl_ltc.workbook.actions.inputs import Inputs, check_experience, check_policies, read_any_inforce, read_inputs
from xl_ltc.workbook.actions.outputs import Outcome
from xl_ltc.workbook.actions.partitioned import run_by_partitions
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.reproducing import Reproduction, reproduce
from xl_ltc.workbook.actions.running import run_workbook
from xl_ltc.workbook.actions.sensitivities import SensitivitiesOutcome, sensitivities_workbook
from xl_ltc.workbook.actions.solving import solve_workbook
from xl_ltc.workbook.actions.studying import (
    StudyOutcome,
    carry_study,
    illustrative_inputs,
    illustrative_study,
    study,
    study_workbook,
)
from xl_ltc.workbook.actions.tracing import audit_policy, trace_policy
from xl_ltc.workbook.actions.warming import warm_up

__all__ = [
    "Checked",
    "Files",
    "Inputs",
    "Outcome",
    "Progress",
    "Reproduction",
    "SensitivitiesOutcome",
    "StudyOutcome",
    "attribute_workbook",
    "audit_policy",
    "carry_study",
    "check_experience",
    "check_inputs",
    "check_policies",
    "compare_runs",
    "compare_sets_workbook",
    "demo",
    "illustrative_inputs",
    "illustrative_run",
    "illustrative_study",
    "read_any_inforce",
    "read_inputs",
    "reproduce",
    "run_by_partitions",
    "run_workbook",
    "sensitivities_workbook",
    "solve_workbook",
    "study",
    "study_workbook",
    "trace_policy",
    "warm_up",
]
