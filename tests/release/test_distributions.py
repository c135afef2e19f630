"""What is wrong with a wheel, an sdist or an installation's results is named."""

from __future__ import annotations

import sys

import pytest

from release import distributions
from release.project import pythons

GIT = {"README.md", "xl_ltc/cli.py", "xl_ltc/states.csv", "udfs/xl_ltc_udfs/excel/xl_ltc_call.bas", "tests/test_cli.py"}
WHEEL = {"xl_ltc/cli.py": 9, "xl_ltc/states.csv": 9, "xl_ltc_udfs/excel/xl_ltc_call.bas": 9, "x.dist-info/RECORD": 9}


def test_the_right_contents_are_no_problem() -> None:
    assert distributions.wrong_contents(WHEEL, GIT | {"PKG-INFO"}, GIT) == []


@pytest.mark.parametrize(
    ("in_wheel", "problem"),
    [
        ({k: v for k, v in WHEEL.items() if k != "xl_ltc/states.csv"}, "wheel lacks xl_ltc/states.csv"),
        (WHEEL | {"tests/test_cli.py": 9}, "wheel has tests/test_cli.py, which is not of the packages"),
        (WHEEL | {"xl_ltc/cli.py": 2_000_000}, "wheel has xl_ltc/cli.py of 2,000,000 bytes"),
    ],
)
def test_a_wrong_wheel_is_named(in_wheel: dict[str, int], problem: str) -> None:
    assert distributions.wrong_contents(in_wheel, GIT, GIT) == [problem]


def test_a_wrong_sdist_is_named() -> None:
    wrong = distributions.wrong_contents(WHEEL, GIT - {"README.md"} | {"block.parquet"}, GIT)
    assert wrong == ["sdist lacks README.md", "sdist has block.parquet, which git does not track"]


def test_results_are_compared_by_name_and_value() -> None:
    one = distributions.headline({"ratio": {"before": 1.61}, "passed": True, "name": "x"})
    assert one == {"/ratio/before": 1.61, "/passed": 1.0}
    assert distributions.apart(one, {"/ratio/before": 1.61 * (1 + 1e-12), "/passed": 1.0}) == []
    assert distributions.apart(one, {"/ratio/before": 1.62}) == [
        "/passed: 1.0 and None",
        "/ratio/before: 1.61 and 1.62",
    ]


def test_a_python_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    monkeypatch.setattr(distributions.shutil, "which", lambda _: None)
    found = distributions.installations()
    assert [(of.python, of.lowest, of.peers) for of in found] == [(here, True, False), (here, False, True)]
    said = capsys.readouterr().out
    assert all(f"NOT CHECKED: Python {version}" in said for version in pythons() if version != here)
