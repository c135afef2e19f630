"""Clients that no add-in is, against ``xl-ltc serve`` as the command starts it: each gets a short reply, or none."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.udfs.office_js.own_process import MISBEHAVING, address, ended, started
from tests.udfs.office_js.serving import lines

QUICK = '["LTC_AE",[6,2]]'
TELLING = re.compile(
    rb"traceback|python|uvicorn|starlette|h11|site-packages|\.py\b|/tmp|/home|/work|" + re.escape(os.getcwd()).encode(),
    re.IGNORECASE,
)
"""What no reply may tell."""


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[str]
    base: str
    token: str

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    @property
    def own(self) -> dict[str, str]:
        return {"X-XL-LTC-Token": self.token, "Content-Type": "application/x-ndjson", "Origin": self.base}

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", urlsplit(self.base).port or 0), timeout=20)

    def head(self, *lines: str, request: str = "POST /call") -> bytes:
        own = [f"{name}: {value}" for name, value in self.own.items()]
        return "\r\n".join([f"{request} HTTP/1.1", f"Host: {self.host}", *own, *lines, "", ""]).encode("latin-1")

    def raw(self, request: bytes) -> bytes:
        """All that comes back until the server hangs up."""
        with self.connected() as line:
            line.sendall(request)
            return received(line)

    def call(self, calls: str | bytes, **options: Any) -> Any:
        reply = httpx.post(f"{self.base}/call", headers=self.own, content=calls, timeout=60, **options)
        assert reply.status_code == 200, reply.text
        return dict(json.loads(line) for line in reply.text.splitlines())


def received(line: socket.socket) -> bytes:
    found = b""
    with suppress(ConnectionError):
        while chunk := line.recv(65536):
            found += chunk
    assert not TELLING.search(found.replace(b"functions.js", b"")), found
    return found


@contextmanager
def running(*arguments: str) -> Iterator[Running]:
    process = started("--port", "0", *arguments, program=MISBEHAVING)
    try:
        base = address(process)
        page = httpx.get(f"{base}/taskpane.html").text
        yield Running(process, base, re.findall('xl-ltc-token" content="([^"]+)"', page)[0])
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("--time-limit", "30") as found:
        yield found
        assert found.call(QUICK)[0] == [[3.0]]  # after all that


def status(reply: bytes) -> int:
    return int(reply.split(b" ")[1]) if reply else 0


@pytest.mark.parametrize(
    "lines",
    [
        ["X-XL-LTC-Token: another", "Content-Length: 0"],
        ["Origin: https://evil.example", "Content-Length: 0"],
        ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site", "Content-Length: 0"],
    ],
    ids=["token", "origin", "site"],
)
def test_a_right_header_does_not_carry_a_second_wrong_one(server: Running, lines: list[str]) -> None:
    assert status(server.raw(server.head(*lines))) == 403


def test_a_token_twice_is_refused_even_if_right(server: Running) -> None:
    assert status(server.raw(server.head(f"X-XL-LTC-Token: {server.token}", "Content-Length: 0"))) == 403


@pytest.mark.parametrize("token", ["é" * 43, "\xff", "😀".encode().decode("latin-1"), "", " ", "x" * 10_000])
def test_a_strange_token_is_refused(server: Running, token: str) -> None:
    own = server.head("Content-Length: 0").replace(server.token.encode(), token.encode("latin-1"))
    assert status(server.raw(own)) == 403


@pytest.mark.parametrize(
    "lengths",
    [
        ["Content-Length: 18", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 0"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding : chunked"],
        ["Content-Length: +18"],
        ["Content-Length: 18, 19"],
        ["Content-Length: -1"],
        ["Content-Length: 0x12"],
        ["Content-Length: 99999999999999999999999999"],
    ],
    ids=" ".join,
)
def test_a_request_of_doubtful_length_smuggles_no_second_one(server: Running, lengths: list[str]) -> None:
    body = b"12\r\n" + QUICK.encode() + b"\r\n0\r\n\r\n"
    second = server.head("Content-Length: 18", "Connection: close") + QUICK.encode()
    reply = server.raw(server.head(*lengths) + body + second)
    assert 400 <= status(reply) <= 501
    assert reply.count(b"HTTP/1.1") == 1
    assert b"[[3.0]]" not in reply


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # a TLS greeting
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n" * 50 + b"\x00",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded: 1\r\n\xff\xfe: 1\r\n\r\n",
        b"A" * 200_000,
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
    ids=["tls", "http2", "no target", "version", "nothing", "nul", "names", "endless", "url", "headers", "header"],
)
def test_what_is_no_request_is_refused(server: Running, request_bytes: bytes) -> None:
    assert status(server.raw(request_bytes)) in (0, 400, 421, 431)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "HEAD", "X"])
def test_calls_are_posted_and_nothing_else(server: Running, method: str) -> None:
    reply = server.raw(server.head("Content-Length: 0", "Connection: close", request=f"{method} /call"))
    assert status(reply) in (400, 405)
    assert server.token.encode() not in reply


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/icon-16.png/../taskpane.html",
        "/..\\..\\windows\\win.ini",
        "//etc/passwd",
        "/taskpane.html%00.png",
        "/taskpane.html/",
        "http://evil.example/taskpane.html",
        "/%ff%fe",
        "*",
    ],
)
def test_no_path_leads_to_a_file(server: Running, path: str) -> None:
    reply = server.raw(server.head("Connection: close", request=f"GET {path}"))
    assert status(reply) in (400, 404)
    assert b"root:" not in reply


def test_no_websocket_is_opened(server: Running) -> None:
    wanted = ("Upgrade: websocket", "Connection: upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA==")
    with server.connected() as line:
        line.sendall(server.head(*wanted, request="GET /call"))
        assert status(line.recv(65536)) == 405


def test_requests_sent_ahead_are_answered_in_their_order(server: Running) -> None:
    def of(i: int, *more: str) -> bytes:
        body = f'["LTC_AE",[{i},1]]'.encode()
        return server.head(f"Content-Length: {len(body)}", *more) + body

    reply = server.raw(b"".join(map(of, range(20))) + of(20, "Connection: close"))
    assert re.findall(rb"\[0,\[\[(\d+)\.0\]\]\]", reply) == [b"%d" % i for i in range(21)]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 1_000_000,
        '{"a":' * 200_000,
        '["LTC_AE",' + "[" * 500 + "]" * 500 + "]",
        '["LTC_AE",[NaN,1]]',
        '["LTC_AE",[-Infinity,1]]',
        '["LTC_AE",[{"number":"nan"},1]]',
        '["LTC_AE",[{"__class__":"os"},1]]',
        '["LTC_AE",[{"error":"#N/A","more":1},1]]',
        '[1,["a"]]',
        "null",
    ],
    ids=lambda body: body[:30],
)
def test_what_is_no_call_is_refused(server: Running, body: str) -> None:
    [[cell]] = server.call(body)[0]
    assert cell["error"] == "#VALUE!"
    assert re.search("not JSON as|not a function's name|is not null, a cell", cell["reason"])


@pytest.mark.parametrize("number", ["1" * 1_000_000, "1e999999999", "-1e400", '{"number":"Infinity"}'])
def test_a_number_beyond_all_is_an_error_of_its_cell(server: Running, number: str) -> None:
    [[cell]] = server.call(f'["LTC_AE",[{number},1]]')[0]
    assert cell["error"] in ("#NUM!", "#VALUE!")
    assert len(cell["reason"]) < 1_000


@pytest.mark.parametrize(
    "name", ["os.system", "__import__", "../worker", "LTC_AE\u202e", "=LTC_AE", "x" * 100_000, "", "LTC_AE\x00"]
)
def test_only_names_of_functions_are_called(server: Running, name: str) -> None:
    [[cell]] = server.call(json.dumps([name, [1, 1]]))[0]
    assert cell["error"] == "#VALUE!"


def test_an_error_of_a_function_tells_no_words_of_its_own(server: Running) -> None:
    found = server.call('["BREAK",[]]\n["OBJECT",[]]\n["LTC_PROJECT",["no_such_block.parquet"]]')
    reasons = [found[i][0][0]["reason"] for i in range(3)]
    assert reasons[0] == "BREAK: an error of xl_ltc itself (RuntimeError)"
    assert reasons[1] == "OBJECT: an error of xl_ltc itself (TypeError)"
    assert "no_such_block.parquet" in reasons[2]
    assert not TELLING.search(" ".join(reasons).encode())


def test_slow_headers_are_given_up_and_hold_nobody_up(server: Running) -> None:
    def drip(line: socket.socket) -> bytes:
        try:
            for byte in server.head("Content-Length: 0"):
                line.sendall(bytes([byte]))
                if select.select([line], [], [], 0.05)[0]:
                    return line.recv(10)
        except OSError:
            return b""
        return b"all sent"

    with ExitStack() as stack, ThreadPoolExecutor(30) as pool:
        lines = [stack.enter_context(server.connected()) for _ in range(30)]
        dripping = [pool.submit(drip, line) for line in lines]
        assert server.call(QUICK)[0] == [[3.0]]
        assert [slow.result(15) for slow in dripping] == [b""] * 30


def test_a_connection_without_a_request_is_closed(server: Running) -> None:
    with server.connected() as silent, server.connected() as answered:
        answered.sendall(server.head(request="GET /health"))
        answered.sendall(b"GET /health HTTP/1.1\r\nHo")  # a second request that is never completed
        assert received(silent) == b""
        assert received(answered).count(b"HTTP/1.1 200") == 1


@pytest.mark.slow
def test_a_reply_that_nobody_reads_is_given_up(server: Running) -> None:
    """Its connection is closed, so that it takes no memory for ever."""
    calls = lines([["LTC_AE", [[[0.1]] * 50_000, 3]]] * 10)
    before = len(psutil.Process(server.process.pid).net_connections("tcp"))
    with server.connected() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(server.head(f"Content-Length: {len(calls)}") + calls)
        assert len(psutil.Process(server.process.pid).net_connections("tcp")) == before + 1
        end = time.monotonic() + 30
        while len(psutil.Process(server.process.pid).net_connections("tcp")) > before:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_who_goes_in_the_midst_takes_nothing_with_it(server: Running) -> None:
    calls = lines(["LTC_AE", [i, 1]] for i in range(500))
    for sent in (calls[:100], calls):
        for _ in range(20):
            with server.connected() as line:
                line.sendall(server.head(f"Content-Length: {len(calls)}") + sent)
    assert server.call(calls) == {i: [[float(i)]] for i in range(500)}


def test_a_killed_process_is_told_and_replaced(server: Running) -> None:
    found = server.call('["DIE",[]]\n["LTC_AE",[6,2]]')
    assert found[0][0][0]["reason"] == "DIE: its process ended before there was a result"
    assert found[1] == [[3.0]]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGKILL"])
def test_an_end_leaves_no_process_behind(name: str) -> None:
    """Though one of them hangs where no signal of Python's reaches it; one whose server was killed ends by itself."""
    with running("--time-limit", "1" if name == "SIGKILL" else "60") as server:
        thread = threading.Thread(target=_ignoring_errors, args=[server, '["SPIN",[]]'])
        thread.start()
        assert server.call(QUICK)[0] == [[3.0]]
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert len(children) >= 2
        server.process.send_signal(getattr(signal, name))
        code, out, err = ended(server.process)
        thread.join()
        if name != "SIGKILL":
            assert (code, err) == (0, "")
            assert out.endswith("Ended.\n")
        assert psutil.wait_procs(children, timeout=20)[1] == []


def _ignoring_errors(server: Running, calls: str) -> None:
    with suppress(httpx.HTTPError, AssertionError):
        server.call(calls)


def test_no_token_is_logged() -> None:
    with running() as server:
        server.raw(b"GET / HTTP/9.9\r\nX-XL-LTC-Token: " + server.token.encode() + b"\r\n\r\n")
        server.call('["BREAK",[]]')
        httpx.get(f"{server.base}/health?token={server.token}")
        server.process.send_signal(signal.SIGTERM)
        _, out, err = ended(server.process)
    assert "RuntimeError" in err  # it is the log
    assert server.token not in out + err


def many_clients(server: Running, clients: int, requests: int) -> int:
    """How many answers came, each checked against its own inputs."""

    def client(number: int) -> int:
        with httpx.Client(timeout=120, headers=server.own) as session:
            for turn in range(requests):
                one = number * 100_000 + turn
                calls = lines([["LTC_AE", [one, 1.0]], ["LTC_AE", [[[one], [one + 0.5]], 2.0]]])
                reply = session.post(f"{server.base}/call", content=calls)
                assert reply.status_code == 200, reply.text
                found = dict(json.loads(line) for line in reply.text.splitlines())
                assert found == {0: [[float(one)]], 1: [[one / 2], [(one + 0.5) / 2]]}
        return requests

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(client, range(clients)))


@pytest.mark.slow
def test_many_clients_at_once_lose_and_cross_no_answer(server: Running) -> None:
    assert many_clients(server, clients=40, requests=25) == 1_000


if __name__ == "__main__":
    with running("--time-limit", "60") as started_server:
        begun = time.monotonic()
        answered_requests = many_clients(started_server, 100, 100)
        sys.stdout.write(f"{answered_requests} requests in {time.monotonic() - begun:.1f} s\n")
