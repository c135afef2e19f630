"""``xl-ltc excel install``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest
import xlwings
from python_calamine import CalamineWorkbook

from xl_ltc.errors import InputError
from xl_ltc_udfs.excel import commands, install
from xl_ltc_udfs.excel.addin import SETTINGS_SHEET

PYTHON = r"C:\ltc\Scripts\python.exe"


def _run(*arguments: str) -> Any:
    parser = argparse.ArgumentParser()
    commands.add(parser.add_subparsers())
    options = parser.parse_args(["excel", "install", *arguments])
    return options.action(options)


def test_out_writes_the_addin_on_any_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new" / "ltc.xlam"
    assert _run("--out", str(path), "--interpreter", PYTHON) == 0
    assert capsys.readouterr().out.splitlines() == [f"Written: {path}", f"The functions run in {PYTHON}"]
    assert CalamineWorkbook.from_path(path).get_sheet_by_name(SETTINGS_SHEET).to_python()[0] == [
        "Interpreter_Win",
        PYTHON,
    ]


def test_remove_takes_it_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ltc.xlam"
    path.touch()
    for said in (f"Removed: {path}\n", f"Nothing to remove: {path}\n"):
        assert _run("--remove", "--out", str(path)) == 0
        assert capsys.readouterr().out == said
        assert not path.exists()


def test_installs_where_excel_starts_from(tmp_path: Path) -> None:
    path = install.installed_path({"APPDATA": str(tmp_path)}, "win32")
    assert path == tmp_path / "Microsoft" / "Excel" / "XLSTART" / "xl_ltc.xlam"
    install.install(path, PYTHON)
    assert path.is_file()


@pytest.mark.parametrize(
    ("environment", "platform", "words"),
    [({}, "linux", "--out FILE writes the add-in"), ({}, "darwin", "darwin"), ({}, "win32", "APPDATA")],
)
def test_a_system_without_excel_for_windows(environment: dict[str, str], platform: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        install.installed_path(environment, platform)


def test_command_without_out_is_refused_here() -> None:
    with pytest.raises(InputError, match="Windows with Microsoft Excel"):
        _run("--interpreter", PYTHON)


@pytest.mark.parametrize("interpreter", ["python", "/usr/bin/python3", r"Scripts\python.exe", r"C:\ltc\Scripts"])
def test_an_interpreter_windows_can_not_start(tmp_path: Path, interpreter: str) -> None:
    with pytest.raises(InputError, match=r"--interpreter: found .*python\.exe on Windows"):
        _run("--out", str(tmp_path / "ltc.xlam"), "--interpreter", interpreter)
    assert not list(tmp_path.iterdir())


def test_elsewhere_the_interpreter_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--interpreter: found none;"):
        _run("--out", str(tmp_path / "ltc.xlam"))


def test_out_must_be_an_addin(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.xlam"):
        _run("--out", str(tmp_path / "ltc.xlsx"), "--interpreter", PYTHON)


@pytest.mark.parametrize(("module", "package"), [("xlwings", "xlwings"), ("pyopenvba", "pyOpenVBA")])
def test_a_missing_package_is_named_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, package: str
) -> None:
    monkeypatch.setattr(install, "find_spec", lambda name: None if name == module else object())
    with pytest.raises(InputError, match=rf"found no {package}; allowed: pip install \"xl-ltc\[excel\]\""):
        install.install(tmp_path / "ltc.xlam", PYTHON)


@pytest.mark.parametrize("above", [0, 1])
def test_the_library_of_xlwings_is_looked_for_where_its_vba_looks(tmp_path: Path, above: int) -> None:
    interpreter = tmp_path / "Scripts" / "python.exe"
    interpreter.parent.mkdir()
    with pytest.raises(InputError, match=r"no xlwings64-.*\.dll in "):
        install.check_library(str(interpreter))
    (interpreter.parents[above] / f"xlwings64-{xlwings.__version__}.dll").touch()
    install.check_library(str(interpreter))


def test_a_file_excel_has_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ltc.xlam"
    path.touch()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(InputError, match="close Excel first"):
        install.install(path, PYTHON)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(InputError, match="close Excel first"):
        install.remove(path)
