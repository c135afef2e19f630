"""The command ``xl-ltc doctor``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

# What looks and computes is imported where it is used, so that --help need not wait for it.

_DESCRIPTION = """\
Says what is installed, which hosts are found, where files go, which settings hold, and whether the engine computes
what it should: a report for a support request or the working papers. 1 if there is a problem; each says what to do."""


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``doctor`` to the commands of ``xl-ltc``."""
    doctor = commands.add_parser(
        "doctor",
        help="versions, hosts found, settings and a self-test; 1 if something is wrong",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = "a workbook: its settings, and what wrote it last"
    doctor.add_argument("workbook", nargs="?", type=Path, metavar="WORKBOOK", help=words)
    doctor.add_argument("--json", action="store_true", help="the report as JSON")
    doctor.set_defaults(action=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from xl_ltc_udfs.doctor.finding import as_record, as_text, problems
    from xl_ltc_udfs.doctor.report import examined

    findings = examined(options.workbook)
    # JSON with escapes only, so that it is the same in every encoding.
    print(json.dumps(as_record(findings), indent=1) if options.json else as_text(findings))
    return 1 if problems(findings) else 0
