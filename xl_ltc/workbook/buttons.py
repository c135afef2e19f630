"""What a workbook's buttons do: each action once, whichever host a button stands in.

A button gives the path of the saved workbook; the action reads what it needs from it, writes its sheets into it, in
place, and says in a few lines what it did. Excel, LibreOffice and the command line call the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from xl_ltc.workbook import actions
from xl_ltc.workbook.actions import Progress


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
        name: as on the command line, e.g. ``run``.
        caption: on the button and in menus.
        help: a sentence.
        perform: does it on a saved workbook.
    """

    name: str
    caption: str
    help: str
    perform: Callable[[Path, Progress], Report]


def perform(action: str, workbook: Path, progress: Progress) -> Report:
    """Do what a button asks for.

    Args:
        action: a name of ``ACTIONS``.
        workbook: a saved .xlsx or .xlsm; results are written into it, whole or not at all.
        progress: told in a few words what is being done; may raise ``Cancelled`` to stop the action.

    Raises:
        InputError: every problem of the inputs; nothing has been written.
        Cancelled: from ``progress``; nothing has been written.
        OSError: a file can't be written.
    """
    return ACTIONS[action].perform(workbook, progress)


def _run(workbook: Path, progress: Progress) -> Report:
    outcome = actions.run_workbook(workbook, None, workbook, None, progress)
    return Report("Run finished.", "Contents", outcome.files)


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {a.name: a for a in (Action("run", "Run projection", "Project the policies and write every exhibit.", _run),)}
)
