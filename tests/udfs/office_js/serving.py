"""A server of the add-in for a test, on a free port, and functions that misbehave."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import re
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from xl_ltc_udfs.call import Result, call
from xl_ltc_udfs.cells import OMITTED
from xl_ltc_udfs.office_js.commands import server_of
from xl_ltc_udfs.office_js.server import Service

_RELEASE = "TEST_RELEASES_HUNG_CALLS"
_SEEN = "TEST_WANTS_TO_SEE_CALLS"
ODD_NUMBERS = [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, 2.0**69, 1e21, 123456789012345680.0, 1 / 3, -1e-7]


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


def lines(calls: Iterable[Any]) -> bytes:
    """The body of a request: a line a call."""
    return b"\n".join(json.dumps(call, default=_cell).encode() for call in calls)


def _cell(cell: Any) -> dict[str, str] | None:
    return None if cell is OMITTED else {"error": cell.code}


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


class Seen:
    """The arguments that a server's processes were given, in a server that evaluates with ``see``."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def forget(self) -> None:
        """Those so far."""
        self._file.write_bytes(b"")

    def all(self) -> list[Any]:
        """Of every call since, in order."""
        found = []
        with self._file.open("rb") as file, contextlib.suppress(EOFError):
            while True:
                found.append(pickle.load(file))
        return found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Lets a server that is started from now on tell what reaches its functions."""
    file = tmp_path_factory.mktemp("seen") / "arguments"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(_SEEN, str(file))
        yield Seen(file)


def see(_: str, arguments: Any) -> Result:
    """Tells a test what reaches a function, and gives 1."""
    with Path(os.environ[_SEEN]).open("ab") as file:
        pickle.dump(arguments, file)
    return call("LTC_AE", [1.0, 1.0])


def odd_numbers(*_: Any) -> Result:
    """Whatever is asked."""
    return Result([ODD_NUMBERS, [1.0, 2.0, *ODD_NUMBERS[2:]]])
