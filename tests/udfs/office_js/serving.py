"""A server of the add-in for a test, on a free port, and a fake for what is called."""

from __future__ import annotations

import contextlib
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


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets calls of HANG hang until the event is set."""
    release = threading.Event()

    def call_or_hang(name: str, arguments: Any) -> Result:
        if name == "HANG":
            release.wait(60)
        return call(name, arguments)

    monkeypatch.setattr("xl_ltc_udfs.call.call", call_or_hang)
    yield release
    release.set()
