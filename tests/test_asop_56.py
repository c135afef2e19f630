"""The model's documentation stays true: its settings, commands, links and limits are the program's."""

from __future__ import annotations

import argparse
import dataclasses
import re
import shlex
from pathlib import Path

import pytest

from xl_ltc import cli
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.assumptions.specs import LAST_AGE
from xl_ltc.rate_increase.behaviour import RBO_BASES, cbul_election
from xl_ltc.rate_increase.schedule import rate_increase
from xl_ltc.settings import Settings
from xl_ltc.workbook.actions.provenance.differences import TOLERANCE
from xl_ltc.workbook.layout import SHEETS

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "asop_56.md").read_text(encoding="utf-8")
CHOICES = TEXT.split("\n## Choices\n")[1].split("\n## ")[0]
COMMANDS = sorted(set(re.findall(r"`(xl-ltc [^`]+?)`", TEXT) + re.findall(r"^(xl-ltc .+)$", TEXT, re.MULTILINE)))


def test_every_setting_is_named_once_among_the_choices() -> None:
    named = re.findall(r"`(\w+)`", CHOICES)
    assert sorted(named) == sorted(f.name for f in dataclasses.fields(Settings))


def test_where_the_filing_is_silent_is_said_so() -> None:
    silent = {f.name for f in dataclasses.fields(Settings) if "ilent" in f.metadata["source"]}
    said: set[str] = set()
    for line in CHOICES.splitlines():
        names = [*re.finditer(r"`(\w+)`", line)]
        for mark in re.finditer(r"\((all )?silent\)", line):
            before = [name[1] for name in names if name.end() < mark.start()]
            said |= set(before if mark[1] else before[-1:])
    assert said == silent


def test_other_names_are_the_programs() -> None:
    assert "`as_filed` by default" in TEXT
    assert RBO_BASES[0] == Settings().rbo_basis == "as_filed"
    assert "relative difference of at most 1e-12" in TEXT
    assert TOLERANCE == 1e-12
    for sheet in (
        "Run",
        "Run log",
        "Settings",
        "Control",
        "Scenarios",
        "Behaviour",
        "Marginals",
        "Reconciliation",
        "Changes",
    ):
        assert sheet in TEXT
        assert sheet in SHEETS


def test_what_it_says_of_tables_holds_for_the_bundled_ones() -> None:
    tables = bundled().tables
    assert "`cbul_threshold` on the sheet Behaviour, 15% as in the filing" in TEXT
    assert tables.parameters("behaviour")["cbul_threshold"] == 0.15
    assert "over the first projection years, ten in the filing; its level then stays" in TEXT
    improvement = bundled().improvement
    assert improvement.years == 10
    assert improvement.factor(0, 80, 11) == improvement.factor(0, 80, 10) < improvement.factor(0, 80, 9)
    assert "the last duration for all later ones" in TEXT
    lapse = bundled().lapse.lifetime_pay
    assert lapse.at(0, 500) == lapse.at(0, 9) > 0.0
    assert "attained ages above 120" in TEXT
    assert LAST_AGE == 120


def test_every_part_of_the_standard_has_a_place() -> None:
    standard = TEXT.split("| the standard | here |")[1].split("\n\n")[0]
    for section in ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "4.1"):
        assert section in standard
    assert standard.count("](#") > 10  # which test_its_links_lead_somewhere follows


def test_who_pays_no_premium_gets_no_increase() -> None:
    assert "A policy that pays none at the valuation date pays none for ever, and gets no increase" in TEXT
    assert rate_increase(0.0, 1000.0, 1.0) == 0.0
    behaviour = bundled().behaviour
    assert "Policies of a limited premium-paying period, and\n   increases up to the threshold, cause none" in TEXT
    assert cbul_election([0.15, 1.0], [False, True], behaviour).tolist() == [0.0, 0.0]
    assert cbul_election(0.16, False, behaviour) > 0.0


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_commands(command: str) -> None:
    name, *arguments = shlex.split(command.replace("`", ""))[1:]
    [actions] = [a for a in cli._parser()._actions if isinstance(a, argparse._SubParsersAction)]
    assert name in actions.choices
    if arguments:
        cli._parser().parse_args([name, *arguments])


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(links) > 40
    for link in links:
        file, _, anchor = link.partition("#")
        target = DOCS / file if file else DOCS / "asop_56.md"
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, link


def test_the_readme_leads_to_it() -> None:
    assert "docs/asop_56.md" in (DOCS.parent / "README.md").read_text(encoding="utf-8")
