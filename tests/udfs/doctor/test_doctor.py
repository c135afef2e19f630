"""The doctor's report: true facts, and for each thing wrong a line that says what to do."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import xl_ltc
from xl_ltc.cli import main
from xl_ltc.errors import InputError, Problem
from xl_ltc.settings import Settings, as_text
from xl_ltc_udfs.call import Result, call
from xl_ltc_udfs.doctor import installation, selftest, spreadsheets, workbook
from xl_ltc_udfs.doctor.finding import Finding, as_record, problems
from xl_ltc_udfs.doctor.finding import as_text as lines_of
from xl_ltc_udfs.excel import install as excel

FILING = Path(__file__).parents[3] / "workbooks" / "ltc_rate_filing.xlsx"


def test_versions_are_those_that_run() -> None:
    found = installation.versions()
    assert found.facts["xl_ltc"] == xl_ltc.__version__
    assert str(found.facts["Python"]).startswith(platform.python_version())
    assert found.problems == ()


def test_another_version_installed_than_runs_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: "0.0.1")
    [problem] = installation.versions().problems
    assert problem == f"xl_ltc {xl_ltc.__version__} runs, but pip installed 0.0.1; install again: pip install xl-ltc"


def test_packages_are_held_to_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["numpy>=1.26", "nothing-such>=1", "pandas>=99", "glum>=99; extra == 'study'", "none>=1; extra == 'serve'"]
    monkeypatch.setattr(metadata, "requires", lambda name: wanted)
    found = installation.packages()
    assert found.facts["numpy >=1.26"] == metadata.version("numpy")
    assert found.facts["none >=1 [serve]"] is None  # an extra may be missing
    missing, old, old_extra = found.problems
    assert missing == "nothing-such is missing, needed is nothing-such >=1; install it: pip install 'xl-ltc'"
    assert old.startswith("pandas is ") and old.endswith("needed is pandas >=99; install it: pip install 'xl-ltc'")
    assert old_extra.startswith("glum is ") and old_extra.endswith("pip install 'xl-ltc[study]'")


def test_what_is_installed_here_is_what_is_needed() -> None:
    found = installation.packages()
    assert found.problems == ()
    assert {"numpy", "numba", "uvicorn"} <= {fact.split()[0] for fact in found.facts}
    assert not any(fact.split()[0] in ("pytest", "ruff", "modelx", "twine") for fact in found.facts)


def test_a_folder_that_cannot_be_written_to_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XL_LTC_STATE", str(tmp_path / "file" / "state"))
    found = installation.folders(tmp_path)
    state = tmp_path / "file" / "state" / "runs"
    assert found.facts["state (last runs)"] == f"{state} (not writable)"
    assert found.facts["compiled kernels"] == str(tmp_path)
    assert found.problems == (f"state (last runs): {state} can't be written to; set XL_LTC_STATE to a folder of yours",)
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]


def test_settings_are_the_defaults_or_a_workbooks() -> None:
    [found] = workbook.settings(None)
    assert found.facts == as_text(Settings())
    book, chosen = workbook.settings(FILING)
    assert book.facts["file"] == str(FILING)
    assert book.facts["run"] == "bundled"
    assert book.problems == chosen.problems == ()
    assert list(chosen.facts) == list(as_text(Settings()))


def test_a_workbook_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    path.write_text("no workbook")
    [found] = workbook.settings(path)
    [problem] = found.problems
    assert problem.startswith(f"{path}: found a file that is no workbook (.xlsx); allowed: ")


def test_of_a_workbook_with_more_problems_the_first_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> None:
        raise InputError([Problem(f"sheet Lapse, cell B{row}", "-1", "0 to 1") for row in (8, 9)])

    monkeypatch.setattr(workbook, "read_workbook", refused)
    [problem] = problems(workbook.settings(Path("mine.xlsx")))
    assert problem == "mine.xlsx, sheet Lapse, cell B8: found -1; allowed: 0 to 1; and 1 more: xl-ltc check mine.xlsx"


def test_a_folder_that_is_gone_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    found = installation.folders(None)
    assert found.facts["current folder"] is None
    assert found.problems == ("current folder: it is not there any more; change to another",)


def test_the_extension_of_libreoffice_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extension = tmp_path / "user" / "uno_packages" / "cache" / "uno_packages" / "x_" / "xl_ltc.oxt"
    extension.mkdir(parents=True)
    gone = str(tmp_path / "gone" / "python")
    (extension / "settings.json").write_text(json.dumps({"interpreter": gone}))
    office = spreadsheets.libreoffice.LibreOffice(tmp_path / "a" / "b" / "soffice", tmp_path, (24, 8))
    monkeypatch.setattr(spreadsheets.libreoffice, "find", lambda: office)
    monkeypatch.setattr(spreadsheets.libreoffice, "default_profile", lambda: tmp_path)
    found = spreadsheets.hosts()
    assert found.facts["functions in LibreOffice"] == str(extension)
    assert found.problems == (
        "LibreOffice is 24.8; the worksheet functions need 25.2 or later",
        f"LibreOffice asks {gone}, which is not there; run: xl-ltc calc install",
    )
    (extension / "settings.json").write_text("{}")
    assert spreadsheets.hosts().problems[1] == (
        f"{extension / 'settings.json'} is not as it was written; run: xl-ltc calc install"
    )


def test_the_add_in_of_excel_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    addin = tmp_path / excel.FILE
    addin.touch()
    monkeypatch.setattr(excel, "installed_path", lambda environment: addin)
    monkeypatch.setattr(excel, "find_spec", lambda module: None)
    monkeypatch.setattr(spreadsheets, "_windows_excel", lambda: "C:\\excel.exe")
    facts: dict[str, Any] = {}
    [problem] = spreadsheets._excel(facts, "win32")
    assert facts == {"Excel": "C:\\excel.exe", "functions in Excel": str(addin)}
    assert problem.endswith('run: pip install "xl-ltc[excel]"')


@pytest.mark.parametrize(
    ("function", "test"),
    [
        ("LTC_LLR", "a loss ratio by hand"),
        ("LTC_PROJECT", "kernel beside the readable calculation"),
        ("LTC_QX", "examples of the worksheet functions"),
    ],
)
def test_an_engine_that_computes_something_else_is_found_out(
    function: str, test: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(name: str, arguments: Any) -> Result:
        found = call(name, arguments)
        if name != function:
            return found
        if name == "LTC_QX":
            return call(name, [])
        return Result([[c * (1 + 1e-9) if isinstance(c, float) and c != int(c) else c for c in r] for r in found.rows])

    monkeypatch.setattr(selftest, "call", wrong)
    monkeypatch.setattr("xl_ltc.exhibits.reconcile.reconcile", list)
    [problem] = selftest.self_test().problems
    assert problem.startswith(f"self-test, {test}: ")
    assert "pip install --force-reinstall" in problem


def test_a_test_that_breaks_down_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no such table")

    monkeypatch.setattr("xl_ltc.exhibits.reconcile.reconcile", broken)
    [problem] = selftest.self_test().problems
    assert problem.startswith("self-test, the filing's printed numbers: RuntimeError: no such table; ")


def test_lines_and_json_say_the_same() -> None:
    findings = [Finding("A", {"one": True, "longer": None}), Finding("B", {}, ("b is wrong; do this",))]
    shown = "A\n  one     yes\n  longer  none\n\nB\n\nProblems: 1\n  b is wrong; do this"
    assert lines_of(findings) == shown
    assert as_record(findings) == {"A": {"one": True, "longer": None}, "B": {}, "problems": ["b is wrong; do this"]}
    assert problems(findings[:1]) == []


def test_the_command_reports_and_has_a_status(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    assert report["Self-test"]["the filing's printed numbers"].startswith("729 of 732 equal")
    assert main(["doctor", str(tmp_path / "none.xlsx")]) == 1
    assert "none.xlsx: found no such file" in capsys.readouterr().out


def test_missing_packages_are_told_before_anything_needs_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: ["nothing-such>=1"])
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Problems: 1",
        "  nothing-such is missing, needed is nothing-such >=1; install it: pip install 'xl-ltc'",
    ]
