"""``xl-ltc calc install``: the extension as a file, into a profile and out of it, and when it can't be."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from lxml import etree

import xl_ltc
from tests.udfs.calc_office import Office
from xl_ltc.cli import main
from xl_ltc_udfs.calc import libreoffice
from xl_ltc_udfs.calc.extension import build, method_name
from xl_ltc_udfs.registry import functions

LLR = "=LTC_LLR({200|700|1500};{1000|900|800};0.045)"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_installed_into_a_profile_and_removed_again(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    assert main(["calc", "install", "--profile", str(profile)]) == 0
    assert main(["calc", "install", "--profile", str(profile)]) == 0  # in place of the earlier one
    with Office(tmp_path, interpreter=None) as office:
        assert office.value(LLR) == pytest.approx(0.8649191092752931)
    assert main(["calc", "install", "--profile", str(profile), "--remove"]) == 0
    with Office(tmp_path, interpreter=None) as office:
        assert office.value(LLR)["shown"] == "#NAME?"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_refused_while_libreoffice_runs_in_the_profile(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calc", "install", "--profile", str(office.profile)]) == 2
    assert "it is running" in capsys.readouterr().err


def test_out_only_writes_the_extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # needs no LibreOffice
    out = tmp_path / "a.oxt"
    assert main(["calc", "install", "--out", str(out), "--interpreter", "/some/python"]) == 0
    assert os.listdir(tmp_path) == ["a.oxt"]
    archive = zipfile.ZipFile(out)
    assert json.loads(archive.read("settings.json"))["interpreter"] == "/some/python"
    description = etree.fromstring(archive.read("description.xml"))
    assert description.find("{*}version").get("value") == xl_ltc.__version__
    assert b"License: MIT" in archive.read("about.txt")


def test_out_wants_a_name_that_libreoffice_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calc", "install", "--out", str(tmp_path / "a.zip")]) == 2
    assert "a file name that ends in .oxt" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


def test_the_same_extension_has_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = build("/some/python")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert build("/some/python") == first


def test_every_function_has_a_method_of_its_own_without_underscore() -> None:
    methods = [method_name(name) for name in functions()]
    assert len(set(methods)) == len(methods)
    assert all(method.isalnum() for method in methods)
    assert method_name("LTC_CUMULATIVE_LR") == "ltcCumulativeLr"


class StandIns:
    """Programs in place of LibreOffice's; ``unopkg`` notes how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"
        self.put("soffice", "echo 'LibreOffice 25.2.3.2 520(Build:2)'")
        self.put(
            "unopkg", f'printf "%s\\n" "$@" > "{self.calls}"; test -f "${{!#}}" && echo found >> "{self.calls}"; true'
        )

    def put(self, name: str, commands: str) -> None:
        program = self.folder / name
        program.write_text(f"#!/bin/bash\n{commands}\n", encoding="utf-8")
        program.chmod(0o755)


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    folder = tmp_path / "program"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return StandIns(folder)


def test_a_user_installs_into_the_own_profile(stand_ins: StandIns) -> None:
    assert main(["calc", "install"]) == 0
    *options, _, found = stand_ins.calls.read_text().splitlines()
    assert (options, found) == (["add", "--force"], "found")
    assert main(["calc", "install", "--remove"]) == 0
    assert stand_ins.calls.read_text().splitlines() == ["remove", "org.xlltc.calc"]


def test_a_user_installs_into_another_profile(stand_ins: StandIns, tmp_path: Path) -> None:
    profile = tmp_path / "a profile"
    assert main(["calc", "install", "--profile", str(profile)]) == 0
    called = stand_ins.calls.read_text().splitlines()
    assert called[:3] == ["add", "--force", f"-env:UserInstallation={profile.as_uri()}"]


def test_root_installs_for_all_users(stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert main(["calc", "install"]) == 0
    assert stand_ins.calls.read_text().splitlines()[:3] == ["add", "--force", "--shared"]


def test_what_libreoffice_says_when_it_fails(stand_ins: StandIns, capsys: pytest.CaptureFixture[str]) -> None:
    stand_ins.put("unopkg", "echo 'ERROR: no space left' >&2; exit 1")
    assert main(["calc", "install"]) == 2
    assert "found ERROR: no space left; allowed: to add the extension" in capsys.readouterr().err


def test_an_old_libreoffice_is_refused_and_told_why(stand_ins: StandIns, capsys: pytest.CaptureFixture[str]) -> None:
    stand_ins.put("soffice", "echo 'LibreOffice 24.8.7.2 480(Build:2)'")
    assert main(["calc", "install"]) == 2
    said = capsys.readouterr().err
    assert "found version 24.8; allowed: 25.2 or later; earlier ones do not know" in said
    assert not stand_ins.calls.exists()


def test_refused_when_the_profile_is_locked(
    stand_ins: StandIns, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "config" / "libreoffice" / "4" / ".lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    assert main(["calc", "install"]) == 2
    assert f"if none runs, delete {lock}" in capsys.readouterr().err
    assert not stand_ins.calls.exists()


def test_without_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libreoffice, "_usual_folders", lambda: iter(()))
    assert main(["calc", "install"]) == 2
    assert "no program soffice on the PATH" in capsys.readouterr().err


def test_libreoffice_starts_outside_a_virtual_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs, system = tmp_path / "environment" / "bin", tmp_path / "usr" / "bin"
    for folder in (programs, system):
        folder.mkdir(parents=True)
    (tmp_path / "environment" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{system}")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "environment"))
    monkeypatch.setenv("KEPT", "yes")
    found = libreoffice.environment()
    assert found["PATH"] == str(system)
    assert "VIRTUAL_ENV" not in found
    assert found["KEPT"] == "yes"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_an_active_virtual_environment_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert main(["calc", "install", "--profile", str(tmp_path / "profile")]) == 0
    assert "without an active virtual environment" in capsys.readouterr().out
