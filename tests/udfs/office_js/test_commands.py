"""``xl-ltc serve`` as it is started."""

from __future__ import annotations

import argparse
import builtins
import importlib.util
import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from defusedxml.ElementTree import fromstring

from tests.udfs.office_js.own_process import MISBEHAVING, address, ended, started
from xl_ltc.errors import InputError
from xl_ltc_udfs.office_js import commands
from xl_ltc_udfs.office_js.certificate import certificate_warnings
from xl_ltc_udfs.office_js.server import Service


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    commands.add(parser.add_subparsers(dest="command"))
    return parser.parse_args(["serve", *arguments])


def serve(*arguments: str) -> int:
    options = parsed(*arguments)
    status: int = options.action(options)
    return status


def test_serves_on_this_computer_only_and_ends_with_ctrl_c() -> None:
    process = started("--port", "0")
    try:
        base = address(process)
        assert base.startswith("http://localhost:")
        assert httpx.get(f"{base}/functions.json").status_code == 200
        listening = psutil.Process(process.pid).net_connections("tcp")
        assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
    finally:
        process.send_signal(signal.SIGINT)
    status, out, err = ended(process)
    assert (status, err) == (0, "")
    assert out.endswith("Ended.\n")


def test_ctrl_c_ends_it_while_a_call_hangs() -> None:
    process = started("--port", "0", program=MISBEHAVING)
    base = address(process)
    token = re.findall('xl-ltc-token" content="([^"]+)"', httpx.get(f"{base}/taskpane.html").text)[0]
    sent = {"X-XL-LTC-Token": token, "Content-Type": "application/x-ndjson"}
    with httpx.stream("POST", f"{base}/call", headers=sent, content='["LTC_AE",[1,1]]') as reply:
        assert reply.status_code == 200
        process.send_signal(signal.SIGINT)
        status, out, _ = ended(process)
    assert status == 0
    assert out.endswith("Ended.\n")


def test_serves_https_with_a_certificate(tmp_path: Path) -> None:
    certificate, key = certificate_and_key(tmp_path)
    process = started("--port", "0", "--certificate", str(certificate), "--key", str(key))
    try:
        base = address(process)
        assert base.startswith("https://localhost:")
        manifest = httpx.get(f"{base}/manifest.xml", verify=ssl.create_default_context(cafile=certificate)).text
        assert f"{base}/taskpane.html" in manifest
    finally:
        process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 0


def certificate_and_key(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Made by openssl."""
    certificate, key = folder / "localhost.pem", folder / "localhost-key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-out", str(certificate), "-keyout", str(key)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def test_a_taken_port_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve("--port", str(port)) == 2
    assert re.fullmatch(
        rf"xl-ltc serve: can't listen on 127.0.0.1, port {port}: Address already in use; choose another with --port\n",
        capsys.readouterr().err,
    )


def test_a_missing_extra_is_said_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "uvicorn" else find(name))
    assert serve() == 2
    assert capsys.readouterr().err == "xl-ltc serve: needs uvicorn; install with: pip install 'xl-ltc[serve]'\n"


def test_manifest_alone_needs_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_servers(name: str, *rest: Any) -> Any:
        if name.split(".")[0] in ("starlette", "uvicorn"):
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_servers)
    target = tmp_path / "xl_ltc.xml"
    assert serve("--manifest", str(target), "--port", "4443", "--allow-origin", "https://ltc.example.com") == 0
    assert "https://ltc.example.com/taskpane.html" in target.read_text(encoding="utf-8")
    fromstring(target.read_text(encoding="utf-8"))
    assert [file.name for file in tmp_path.iterdir()] == ["xl_ltc.xml"]


def test_a_manifest_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        serve("--manifest", str(tmp_path / "folder"))
    assert [file.name for file in tmp_path.rglob("*")] == ["folder"]


def test_the_manifest_is_https_with_a_certificate(tmp_path: Path) -> None:
    certificate, key = certificate_and_key(tmp_path)
    target = tmp_path / "m.xml"
    assert serve("--certificate", str(certificate), "--key", str(key), "--manifest", str(target)) == 0
    assert "https://localhost:8765/taskpane.html" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "65536"),
        ("--port", "-1"),
        ("--time-limit", "0"),
        ("--time-limit", "nan"),
        ("--certificate", "here.pem"),
        ("--key", "here.pem"),
        ("--allow-origin", "ltc.example.com"),
        ("--allow-origin", "https://ltc.example.com/"),
        ("--allow-origin", "https://ltc.example.com:443"),
        ("--allow-origin", "https://user@ltc.example.com"),
        ("--allow-origin", "https://LTC.example.com"),
        ("--allow-origin", "https://ltc.example.com:port"),
        ("--allow-origin", "https://"),
        ("--allow-origin", "*"),
        ("--allow-origin", "null"),
        ("--files", "no such folder"),
        ("--files", __file__),
    ],
    ids=" ".join,
)
def test_options_that_cannot_be(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(arguments[0])):
        serve(*arguments, "--manifest", str(tmp_path / "m.xml"))
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_with_another_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    certificate, _ = certificate_and_key(tmp_path / "a")
    _, key = certificate_and_key(tmp_path / "b")
    with pytest.raises(InputError, match="KEY_VALUES_MISMATCH"):
        serve("--certificate", str(certificate), "--key", str(key))


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    certificate, key = certificate_and_key(tmp_path)
    (tmp_path / "index").touch()
    (tmp_path / "conf").write_text(
        f"[ca]\ndefault_ca=a\n[a]\ndatabase={tmp_path}/index\nnew_certs_dir={tmp_path}\nrand_serial=yes\n"
        "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n"
    )
    request, expired = str(tmp_path / "request"), tmp_path / "expired.pem"
    common, dates = (
        ["-config", str(tmp_path / "conf")],
        ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"],
    )
    for command in (
        ["req", "-new", "-key", str(key), "-subj", "/CN=localhost", "-out", request],
        [
            "ca",
            *common,
            "-batch",
            "-selfsign",
            "-keyfile",
            str(key),
            "-in",
            request,
            "-notext",
            "-out",
            str(expired),
            *dates,
        ],
    ):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    serve("--certificate", str(certificate), "--key", str(key), "--manifest", str(tmp_path / "m.xml"))
    with pytest.raises(InputError, match=r"expired\.pem: expired; allowed: a certificate that is valid today"):
        serve("--certificate", str(expired), "--key", str(key))


@pytest.mark.parametrize("option", ["--certificate", "--key"])
@pytest.mark.parametrize("bad", ["missing", "folder", "text"])
def test_a_certificate_that_cannot_be_read_is_refused(option: str, bad: str, tmp_path: Path) -> None:
    certificate, key = certificate_and_key(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no certificate")
    paths = {"--certificate": str(certificate), "--key": str(key)} | {option: str(tmp_path / bad)}
    with pytest.raises(InputError, match=bad):
        serve(*(word for pair in paths.items() for word in pair))


def test_a_certificate_of_another_name_and_an_open_key_are_warned_of(tmp_path: Path) -> None:
    certificate, key = certificate_and_key(tmp_path, name="ltc.example.com")
    key.chmod(0o644)
    name, open_key = certificate_warnings(certificate, key, "localhost")
    assert name == f"{certificate} is not for localhost; Office will not load the add-in"
    assert open_key == f"other users can read {key}; close it to them with: chmod 600 {key}"
    key.chmod(0o600)
    assert certificate_warnings(certificate, key, "ltc.example.com") == []


def test_beyond_this_computer_a_certificate_is_asked_for() -> None:
    with pytest.raises(InputError, match=r"--host 0\.0\.0\.0: found no --certificate; .*--plain-http"):
        serve("--host", "0.0.0.0")


def test_beyond_this_computer_it_is_warned() -> None:
    process = started("--port", "0", "--host", "0.0.0.0", "--plain-http", "--allow-origin", "https://ltc.example.com")
    try:
        assert address(process) == "https://ltc.example.com"
    finally:
        process.send_signal(signal.SIGTERM)
    _, _, err = ended(process)
    assert "warning: listening on 0.0.0.0; whoever reaches it" in err


@pytest.mark.parametrize(
    "others",
    [["--host", "10.0.0.5"], ["--host", "::"], ["--host", "ltc.example"], ["--allow-origin", "https://l.example"]],
)
def test_files_that_a_cell_may_name(others: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    named = ["--files", str(tmp_path), "--files", tmp_path.name]
    assert commands._files(parsed()) is commands._files(parsed("--host", "::1")) is None
    assert commands._files(parsed(*named)) == (tmp_path, tmp_path)
    assert commands._files(parsed(*others)) == ()  # others may call; perhaps through a proxy
    assert commands._files(parsed(*others, *named)) == (tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "any that you can read; --files FOLDER names the only ones"),
        (["--allow-origin", "https://ltc.example.com"], "none; --files FOLDER names some"),
        (["--files", "link", "--files", "."], "{0}/real, {0}"),
    ],
)
def test_it_says_which_files_a_cell_may_name(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("real").mkdir()
    Path("link").symlink_to("real")
    options = parsed(*arguments)
    commands._announce(options, Service(("http://localhost:1",), files=commands._files(options)))
    assert f"Files that a cell may name: {words.format(tmp_path.resolve())}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "origins"),
    [
        ([], ("http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1")),
        (["--host", "10.0.0.5"], ("http://10.0.0.5:1",)),
        (["--host", "::1"], ("http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1")),
        (
            ["--host", "10.0.0.5", "--allow-origin", "https://ltc.example.com"],
            ("https://ltc.example.com", "http://10.0.0.5:1"),
        ),
    ],
)
def test_addresses(arguments: list[str], origins: tuple[str, ...]) -> None:
    assert commands._origins(parsed(*arguments), 1) == origins


def test_a_standard_port_is_not_written() -> None:
    assert commands._origins(parsed(), 80)[0] == "http://localhost"
    assert commands._origins(parsed("--certificate", "c"), 443)[0] == "https://localhost"


def test_starting_imports_neither_server_nor_functions() -> None:
    code = "import sys, xl_ltc_udfs.office_js.commands; print([m for m in sys.modules if m.split('.')[0] in " + (
        "('starlette', 'uvicorn', 'numpy', 'pandas', 'numba')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_help_explains_the_certificate(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--help")
    shown = capsys.readouterr().out
    assert "mkcert" in shown and "--manifest" in shown and "docs/office_js.md" in shown
