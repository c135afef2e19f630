"""The user guide: its commands are commands, its sheets are the workbook's, its pictures are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from xl_ltc import cli
from xl_ltc.workbook.layout import SHEETS

DOCS = Path(__file__).parents[1] / "docs"
GUIDE = (DOCS / "user_guide.md").read_text(encoding="utf-8")
README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        line.split("#")[0].replace("[", "").replace("]", "").strip()
        for line in re.findall(r"^\s*(xl-ltc .+)$", GUIDE + README, re.MULTILINE)
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one(command: str) -> None:
    words = shlex.split(command)[1:]
    assert cli._parser().parse_args(words).command == words[0]


def test_enough_commands_were_found() -> None:
    assert {shlex.split(c)[1] for c in COMMANDS} >= {"new", "check", "run", "trace", "solve", "compare", "reconcile"}


def test_every_sheet_is_explained_and_no_other() -> None:
    section = GUIDE.split("## What each sheet is")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    named = [name.strip() for row in rows if row.strip() not in ("sheet", "---") for name in row.split(",")]
    assert sorted(named) == sorted(SHEETS)


@pytest.mark.parametrize("text", [GUIDE, README], ids=["guide", "readme"])
def test_every_picture_and_link_leads_somewhere(text: str) -> None:
    base = DOCS if text is GUIDE else DOCS.parent
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if not t.startswith("http")]
    assert targets and all((base / target).exists() for target in targets)
