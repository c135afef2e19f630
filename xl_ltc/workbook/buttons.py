"""What a workbook's buttons do: each action once, whichever host a button stands in.

A button gives the path of the saved workbook; the action reads what it needs from it, writes its sheets into it, in
place, and says in a few lines what it did. Excel, LibreOffice and the command line call the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from xl_ltc.exhibits.summaries import attribution_summary, sets_summary
from xl_ltc.workbook import actions
from xl_ltc.workbook.actions import Progress

FILING, STUDY = "filing", "study"
"""Kinds of workbooks with buttons."""


@dataclass(frozen=True)
class Report:
    """What an action did.

    Attributes:
        message: what to tell the user, one or more lines.
        sheet: the sheet to show.
        files: what was written, the workbook first.
    """

    message: str
    sheet: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Action:
    """An action a button starts.

    Attributes:
        kind: of the workbooks whose button it is, ``FILING`` or ``STUDY``.
        name: as on the command line, e.g. ``run``.
        caption: on the button and in menus.
        help: a sentence.
        perform: does it on a saved workbook and writes the result to another path, or the same.
    """

    kind: str
    name: str
    caption: str
    help: str
    perform: Callable[[Path, Path, Progress], Report]


def perform(action: str, workbook: Path, progress: Progress, out: Path | None = None) -> Report:
    """Do what a button asks for.

    Args:
        action: a name of ``ACTIONS``.
        workbook: a saved .xlsx or .xlsm; paths on its Control sheet begin in its folder.
        progress: told in a few words what is being done; may raise ``Cancelled`` to stop the action.
        out: where the workbook with the results goes, whole or not at all; None for ``workbook`` itself.

    Raises:
        InputError: every problem of the inputs; nothing has been written.
        Cancelled: from ``progress``; nothing has been written.
        OSError: a file can't be written.
    """
    return ACTIONS[action].perform(workbook, out or workbook, progress)


def _run(workbook: Path, out: Path, progress: Progress) -> Report:
    outcome = actions.run_workbook(workbook, None, out, None, progress)
    return Report("\n".join((*outcome.summary, *outcome.unwritten, *outcome.warnings)), "Contents", outcome.files)


def _trace(workbook: Path, out: Path, progress: Progress) -> Report:
    policy_id, warnings = actions.audit_policy(workbook, None, None, out, progress)
    message = f"Policy {policy_id} is on the sheet Policy audit, year by year, beside the engine's values."
    return Report("\n".join((message, *warnings)), "Policy audit", (out,))


def _solve(workbook: Path, out: Path, progress: Progress) -> Report:
    solution, warnings = actions.solve_workbook(workbook, None, out, progress)
    return Report("\n".join((solution.summary, *warnings)), "Solve", (out,))


def _attribute(workbook: Path, out: Path, progress: Progress) -> Report:
    found, warnings = actions.attribute_workbook(actions.Files(workbook, out=out), progress)
    return Report("\n".join((*attribution_summary(found), *warnings)), "Attribution", (out,))


def _compare_sets(workbook: Path, out: Path, progress: Progress) -> Report:
    found, warnings = actions.compare_sets_workbook(actions.Files(workbook, out=out), (), progress)
    return Report("\n".join((*sets_summary(found), *warnings)), "Set comparison", (out,))


def _sensitivities(workbook: Path, out: Path, progress: Progress) -> Report:
    outcome = actions.sensitivities_workbook(workbook, None, out, None, progress)
    return Report("\n".join((*outcome.summary, *outcome.unwritten, *outcome.warnings)), "Sensitivities", outcome.files)


def _check(workbook: Path, out: Path, progress: Progress) -> Report:
    found = actions.check_inputs(workbook, None, out, progress)
    return Report(found.summary, "Input checks", found.files)


def _study(workbook: Path, out: Path, progress: Progress) -> Report:
    outcome = actions.study_workbook(workbook, out, None, progress)
    return Report("\n".join((*outcome.summary, *outcome.unwritten, *outcome.warnings)), "Summary", outcome.files)


def _carry(workbook: Path, out: Path, progress: Progress) -> Report:
    carried = actions.carry_study(workbook, None, None, out, progress)
    message = "\n".join((f"Into {carried.out.name}:", *carried.summary, *carried.warnings))
    return Report(message, "Carried", (out, carried.out))


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        action.name: action
        for action in (
            Action(FILING, "run", "Run projection", "Project the policies and write every exhibit.", _run),
            Action(
                FILING, "trace", "Trace policy", "Show one policy's projection by formulas beside the engine.", _trace
            ),
            Action(FILING, "solve", "Solve increase", "Find the increase that reaches the target.", _solve),
            Action(
                FILING,
                "attribute",
                "Attribute impact",
                "Show what each assumption's change did (section 18).",
                _attribute,
            ),
            Action(FILING, "compare-sets", "Compare sets", "Put assumption sets beside each other.", _compare_sets),
            Action(
                FILING,
                "sensitivities",
                "Sensitivities",
                "Run the scenarios and grids of the sheet Scenarios.",
                _sensitivities,
            ),
            Action(
                FILING, "check", "Check inputs", "List every problem of the inputs, with links to the cells.", _check
            ),
            Action(STUDY, "study", "Run study", "Study the experience, fit factors and write every exhibit.", _study),
            Action(STUDY, "carry", "Carry to filing", "Put fitted factors and experience into a filing.", _carry),
        )
    }
)
