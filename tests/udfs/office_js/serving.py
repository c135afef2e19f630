"""A server of the add-in for a test, on a free port, and functions that misbehave."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xl_ltc_udfs.call import Result, call
from xl_ltc_udfs.office_js.commands import server_of
from xl_ltc_udfs.office_js.server import Service

_RELEASE = "TEST_RELEASES_HUNG_CALLS"


@contextlib.contextmanager
def served(certificate: Path | None = None, key: Path | None = None, **settings: Any) -> Iterator[Service]:
    """A running server; its address is ``origins[0]``."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    scheme = "http" if certificate is None else "https"
    service = Service((f"{scheme}://localhost:{port}", f"{scheme}://127.0.0.1:{port}"), **settings)
    server = server_of(service, certificate, key)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield service
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
    assert not thread.is_alive()


def wait_for(condition: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Hanging:
    """Calls that do not end before they are released."""

    def __init__(self, release: Path) -> None:
        self._release = release

    def set(self) -> None:
        """Release them."""
        self._release.touch()


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hanging]:
    """Lets calls of HANG hang until it is set, in a server that evaluates with ``call_or_misbehave``."""
    release = Hanging(tmp_path / "release")
    monkeypatch.setenv(_RELEASE, str(tmp_path / "release"))
    yield release
    release.set()


def call_or_misbehave(name: str, arguments: Any) -> Result:
    """A call, or what no function of ours should do; runs in a worker process."""
    match name:
        case "HANG":
            while not Path(os.environ[_RELEASE]).exists():
                time.sleep(0.01)
        case "SPIN":  # in C, without giving another thread its turn
            re.match("(a+)+$", "a" * 60 + "b")
        case "NAP":
            time.sleep(arguments[0])
            return Result([[arguments[0]]])
        case "DIE":
            os.kill(os.getpid(), signal.SIGKILL)
        case "PROCESS":
            return Result([[float(os.getpid())]])
        case "OBJECT":
            return Result([[object()]])
        case "BREAK":
            raise RuntimeError("/secret/path")
    return call(name, arguments)
