"""``xl-ltc excel install``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
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


def test_buttons_find_this_python_and_other_settings_stay(tmp_path: Path) -> None:
    config = tmp_path / "new" / "xlwings.conf"
    assert install.let_buttons_find(r"C:\old\python.exe", config) == []
    others = ['"SHOW CONSOLE","True"', '"INTERPRETER_MAC","/usr/bin/python3"', '"ONEDRIVE_CONSUMER_WIN","D:\\OneDrive"']
    written = config.read_text()
    config.write_text(f"{others[0]}\n\n{written.replace('INTERPRETER_WIN', 'Interpreter_Win')}{others[1]}\n{others[2]}")
    assert install.let_buttons_find(PYTHON, config) == [r'"Interpreter_Win","C:\old\python.exe"']
    assert install.let_buttons_find(PYTHON, config) == []
    assert config.read_text().splitlines() == [*others, f'"INTERPRETER_WIN","{PYTHON}"']
    assert config.read_text().endswith("\n")
    assert [p.name for p in config.parent.iterdir()] == ["xlwings.conf"]


def test_xlwings_reads_the_python_of_the_buttons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "xlwings.conf"
    monkeypatch.setattr(xlwings, "USER_CONFIG_FILE", str(config))
    install.let_buttons_find(r"C:\Users\Ann & Co\ltc, new\python.exe", config)
    assert xlwings.utils.read_user_config() == {"interpreter_win": r"C:\Users\Ann & Co\ltc, new\python.exe"}


def test_settings_that_can_not_be_written_stay_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "xlwings.conf"
    config.write_text('"SHOW CONSOLE","True"\n')

    def refuse(*_: object) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(PermissionError):
        install.let_buttons_find(PYTHON, config)
    assert config.read_text() == '"SHOW CONSOLE","True"\n'
    assert list(tmp_path.iterdir()) == [config]


_IN_ASCII = """
import sys
from pathlib import Path
from xl_ltc.errors import InputError
from xl_ltc_udfs.excel.install import let_buttons_find
try:
    let_buttons_find("C:/Users/Zo\\u00eb/python.exe", Path(sys.argv[1]))
except InputError as error:
    print(ascii(str(error)))
"""
"""With Python's own coding UTF-8 and the system's ASCII, as on a Windows with a code page."""


def test_settings_are_in_the_systems_coding_as_vba_reads_them(tmp_path: Path) -> None:
    config = tmp_path / "xlwings.conf"
    config.write_text('"SHOW CONSOLE","True"\n')
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-X", "utf8=1", "-c", _IN_ASCII, str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert "found C:/Users/Zo\\xeb/python.exe; allowed: a Python in a folder whose name" in done.stdout
    assert config.read_text() == '"SHOW CONSOLE","True"\n'
    assert list(tmp_path.iterdir()) == [config]
