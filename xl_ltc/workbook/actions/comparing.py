"""What changed between the runs that two workbooks hold."""

from __future__ import annotations

from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.workbook.actions.places import check_file, same_file
from xl_ltc.workbook.comparing import compare_workbooks, comparison_text, write_comparison


def compare_runs(before: Path, after: Path, out: Path | None = None) -> str:
    """What changed between the runs two workbooks hold, in words.

    Args:
        before, after: workbooks that runs have written.
        out: workbook to write the changes to, whole or not at all; or None.

    Raises:
        InputError: no workbook, or one without a run's data; a file that can't be written.
    """
    if out is not None:
        check_file(out, (".xlsx",))
        if same_file(out, before) or same_file(out, after):
            raise InputError.single("--out", f"{out}, one of the workbooks compared", "another file")
    comparison = compare_workbooks(before, after)
    # By their names, or by the folders too where both have one name.
    names = (before.name, after.name) if before.name != after.name else (str(before), str(after))
    if out is not None:
        write_comparison(comparison, *names, out)
    return comparison_text(comparison, *names)
