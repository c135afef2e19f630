"""The user guide: its commands are commands, its sheets are the workbook's, its pictures are there."""

from __future__ import annotations

import itertools
import re
import shlex
import zipfile
from pathlib import Path

import pytest

from xl_ltc import cli
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.workbook.layout import ASSUMPTION_SHEETS, INPUT_SHEETS, SHEETS

DOCS = Path(__file__).parents[1] / "docs"
GUIDE = (DOCS / "user_guide.md").read_text(encoding="utf-8")
STUDY = (DOCS / "experience_study.md").read_text(encoding="utf-8")
README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
WORKBOOK = DOCS.parent / "workbooks" / "ltc_rate_filing.xlsx"
COMMANDS = sorted(
    {
        line.split("#")[0].replace("[", "").replace("]", "").strip()
        for line in re.findall(r"^\s*(xl-ltc .+)$", GUIDE + STUDY + README, re.MULTILINE)
        + re.findall(r"`(xl-ltc .+?)`", GUIDE + STUDY)
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one(command: str) -> None:
    words = shlex.split(command)[1:]
    assert cli._parser().parse_args(words).command == words[0]


def test_enough_commands_were_found() -> None:
    assert {shlex.split(c)[1] for c in COMMANDS} >= {"new", "check", "run", "trace", "solve", "compare", "reconcile"}


def _table(heading: str, first: str) -> list[list[str]]:
    """The cells of each row of the table under a heading whose first column is headed ``first``."""
    section = GUIDE.split(f"## {heading}\n")[1].split("\n## ")[0]
    body = re.split(rf"^ *\| {first} \|.*\n.*\n", section, flags=re.MULTILINE)[1]
    lines = itertools.takewhile(lambda line: line.lstrip().startswith("|"), body.splitlines())
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


def test_every_sheet_is_explained_under_its_colour_and_no_other() -> None:
    told = {name.strip(): row[1] for row in _table("What each sheet is", "sheet") for name in row[0].split(",")}
    assert told == {name: "orange" if name in INPUT_SHEETS else "blue" for name in SHEETS}


def test_every_column_of_the_in_force_file_is_explained_and_no_other() -> None:
    told = [name.strip() for row in _table("Your own block", "column") for name in row[0].split(",")]
    assert sorted(told) == sorted(column.name for column in INFORCE.columns)
    codes = next(row[0] for row in _table("Your own block", "column") if row[1].startswith("a code"))
    assert sorted(codes.split(", ")) == sorted(CODED)


def test_every_name_for_formulas_is_one_of_the_workbook() -> None:
    cells = [row[0] for row in _table("Your own formulas", "name")]
    told = {name for cell in cells for name in re.findall(r"`(\w+)(?:\[single\])?`", cell)}
    with zipfile.ZipFile(WORKBOOK) as package:
        names = set(re.findall(r'<definedName name="(\w+)"', package.read("xl/workbook.xml").decode()))
    assert told - names == {"lapse_lifetime_pay"} and "lapse_lifetime_pay" in ASSUMPTION_SHEETS["Lapse"]


def test_every_picture_is_one_that_is_made_and_shown() -> None:
    shown = set(re.findall(r"images/(\w+\.png)", GUIDE + README + STUDY))
    assert shown == {path.name for path in (DOCS / "images").iterdir()}
    assert shown == set(re.findall(r'Picture\("(\w+\.png)"', (DOCS / "pictures.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("text", [GUIDE, README], ids=["guide", "readme"])
def test_every_picture_and_link_leads_somewhere(text: str) -> None:
    base = DOCS if text is GUIDE else DOCS.parent
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if not t.startswith("http")]
    assert targets and all((base / target).exists() for target in targets)
