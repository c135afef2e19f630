"""The settings: the defaults, or those of a workbook, and what wrote it last."""

from __future__ import annotations

from pathlib import Path

import xl_ltc
from xl_ltc.code import code_hash
from xl_ltc.errors import InputError
from xl_ltc.exhibits.run_data import HASHES, RUN_ID, SHA256
from xl_ltc.settings import Settings, as_text
from xl_ltc.workbook.read import read_workbook
from xl_ltc.workbook.run_data import read_earlier_runs
from xl_ltc_udfs.doctor.finding import Fact, Finding


def settings(workbook: Path | None) -> list[Finding]:
    """The settings; of a workbook also its last run. One that can't be read is a problem, not an error."""
    defaults = as_text(Settings())
    if workbook is None:
        return [Finding("Settings (defaults)", defaults)]
    try:
        found = as_text(read_workbook(workbook).settings)
        last = read_earlier_runs(workbook).last
    except InputError as error:
        first = error.problems[0]
        of_file = str(first) if first.place == str(workbook) else f"{workbook}, {first}"
        more = f"; and {error.total - 1:,} more: xl-ltc check {workbook}" if error.total > 1 else ""
        return [Finding("Workbook", {"file": str(workbook)}, (of_file + more,))]
    facts: dict[str, Fact] = {"file": str(workbook), "run": None}
    if last is not None:
        version, code = last.identity("xl_ltc"), str(last.inputs.get((HASHES, "code", SHA256), ""))
        facts |= {
            "run": last.identity(RUN_ID),
            "started": last.started or None,
            "written by xl_ltc": version or None,
            "written by this version": version == xl_ltc.__version__,
            "written by this code": code == code_hash(),
        }
    shown = {n: v if v == defaults[n] else f"{v} (default {defaults[n]})" for n, v in found.items()}
    return [Finding("Workbook", facts), Finding("Settings of the workbook", shown)]
