"""The server: who is answered, what is refused, and that nothing is lost under load."""

from __future__ import annotations

import contextlib
import csv
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

import xl_ltc
from tests.udfs.cases.projection import TWO_YEARS, block, policy
from tests.udfs.office_js.serving import Hanging, call_or_misbehave, hanging, lines, served
from tests.udfs.remembered import remember
from xl_ltc.workbook.last_run import STATE_VARIABLE
from xl_ltc_udfs.call import call
from xl_ltc_udfs.office_js.server import Service

__all__ = ["hanging"]

QUICK = ["LTC_AE", [6.0, 2.0]]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with served(body_time=1.0, most_bytes=200_000, most_calls=300) as running:
        yield running


def headers(service: Service, **more: str) -> dict[str, str]:
    own = {"X-XL-LTC-Token": service.token, "Content-Type": "application/x-ndjson", "Origin": service.origins[0]}
    return {**own, **{name.replace("_", "-"): value for name, value in more.items()}}


def post(service: Service, calls: Any, **more: str) -> httpx.Response:
    return httpx.post(f"{service.origins[0]}/call", headers=headers(service, **more), content=lines(calls), timeout=30)


def answers(reply: httpx.Response) -> dict[int, Any]:
    assert reply.status_code == 200, reply.text
    return dict(json.loads(line) for line in reply.text.splitlines())


def raw(service: Service, request: bytes, then: bytes = b"") -> bytes:
    """What comes back for bytes that no client library would send."""
    with socket.create_connection(("127.0.0.1", urlsplit(service.origins[0]).port or 0), timeout=10) as line:
        line.sendall(request)
        if then:
            time.sleep(0.1)
            line.sendall(then)
        found = b""
        while chunk := line.recv(65536):
            found += chunk
        return found


def head(service: Service, *lines: str) -> bytes:
    host = urlsplit(service.origins[0]).netloc
    own = [f"{name}: {value}" for name, value in headers(service).items()]
    return "\r\n".join(["POST /call HTTP/1.1", f"Host: {host}", *own, *lines, "", ""]).encode()


def test_calls_are_answered(service: Service) -> None:
    calls = [QUICK, ["LTC_AE", [[[1.0], [2.0], [""]], 4.0]], ["LTC_NONE", []], ["ltc_ae", [None, 1.0]]]
    found = answers(post(service, calls))
    assert found[0] == [[3.0]]
    assert found[1][:2] == [[0.25], [0.5]]
    assert found[1][2][0]["error"] == "#VALUE!"
    assert "row 3" in found[1][2][0]["reason"]
    assert found[2][0][0]["error"] == "#VALUE!"
    assert "omitted" in found[3][0][0]["reason"]


def test_no_calls_have_no_answers(service: Service) -> None:
    assert answers(post(service, [])) == {}


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 100_000])
def test_another_token_is_refused(service: Service, token: str) -> None:
    reply = httpx.post(f"{service.origins[0]}/call", headers={**headers(service), "X-XL-LTC-Token": token.encode()})
    assert reply.status_code in (400, 403, 431)
    assert httpx.get(f"{service.origins[0]}/health").status_code == 403


def test_each_run_has_its_own_token_and_keeps_it_from_logs() -> None:
    services = [Service(("http://localhost:1",)) for _ in range(20)]
    assert len({service.token for service in services}) == 20
    assert all(len(service.token) >= 40 and service.token not in repr(service) for service in services)


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://localhost", "http://localhost:1", ""])
def test_another_origin_is_refused(service: Service, origin: str) -> None:
    reply = post(service, [QUICK], Origin=origin)
    assert (reply.status_code, reply.json()) == (403, {"error": "the request comes from another origin"})


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_site_is_refused(service: Service, site: str) -> None:
    assert post(service, [QUICK], Sec_Fetch_Site=site).status_code == 403
    assert httpx.get(f"{service.origins[0]}/health", headers=headers(service, Sec_Fetch_Site=site)).status_code == 403
    assert answers(post(service, [QUICK], Sec_Fetch_Site="same-origin"))[0] == [[3.0]]


@pytest.mark.parametrize("path", ["/call", "/health", "/taskpane.html", "/functions.json", "/icon-16.png", "/"])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost", "evil.example:{port}", "localhost.evil.example:{port}", ""]
)
def test_another_host_is_refused_everywhere(service: Service, path: str, host: str) -> None:
    port = urlsplit(service.origins[0]).port
    reply = httpx.get(service.origins[0] + path, headers=headers(service, Host=host.format(port=port)))
    assert reply.status_code in (400, 421)
    assert service.token not in reply.text


def test_both_names_of_this_computer_will_do(service: Service) -> None:
    for origin in service.origins:
        assert httpx.get(f"{origin}/health", headers=headers(service, Origin=origin)).status_code == 200


def test_two_hosts_are_refused(service: Service) -> None:
    host = urlsplit(service.origins[0]).netloc
    reply = raw(service, f"GET /taskpane.html HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n".encode())
    assert reply.split(b" ")[1] in (b"400", b"421")
    assert service.token.encode() not in reply


def test_no_host_is_refused(service: Service) -> None:
    reply = raw(service, b"GET /taskpane.html HTTP/1.0\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 421 ")
    assert service.token.encode() not in reply


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json", ""])
def test_a_form_of_another_site_could_not_call(service: Service, kind: str) -> None:
    assert post(service, [QUICK], Content_Type=kind).status_code == 415


def test_no_preflight_is_granted(service: Service) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for path in ("/call", "/health", "/taskpane.html"):
        reply = httpx.options(service.origins[0] + path, headers=asked)
        assert reply.status_code == 405
        assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("line", [b"{}", b"[[1,2]]", b"\xff\xfe", b"[" * 50_000, b'["LTC_AE",[NaN]]', b""])
def test_an_unreadable_call_leaves_the_others_be(service: Service, line: bytes) -> None:
    body = line + b"\n" + lines([QUICK])
    found = answers(httpx.post(f"{service.origins[0]}/call", headers=headers(service), content=body))
    assert found[0][0][0]["error"] == "#VALUE!"
    assert found[1] == [[3.0]]


def test_the_servers_own_process_reads_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large call takes seconds to read, in which all other callers would wait."""
    with served() as service:
        body = lines([QUICK])
        with monkeypatch.context() as patch:
            patch.setattr("json.loads", lambda *_, **__: pytest.fail("read"))
            reply = httpx.post(f"{service.origins[0]}/call", headers=headers(service), content=body, timeout=30)
        assert answers(reply)[0] == [[3.0]]


def test_more_calls_than_a_request_may_hold(service: Service) -> None:
    assert len(answers(post(service, [QUICK] * 300))) == 300
    assert post(service, [QUICK] * 301).status_code == 400


def test_a_large_body_is_refused_while_it_is_read(service: Service) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 50_000
            yield b" " * 50_000

    try:
        reply = httpx.post(f"{service.origins[0]}/call", headers=headers(service), content=chunks())
        assert reply.status_code == 413
        assert "200,000 bytes" in reply.json()["error"]
    except httpx.NetworkError:
        pass  # the server hung up on what it no longer reads
    assert sent < 40_000_000


def test_a_declared_large_body_is_refused(service: Service) -> None:
    # Not a byte more than the server reads: what it has not read when it hangs up may take its reply with it.
    reply = raw(service, head(service, "Content-Length: 300000"), b"[" + b" " * service.most_bytes)
    assert reply.startswith(b"HTTP/1.1 413 ")


def test_a_body_shorter_than_declared_is_not_waited_for(service: Service) -> None:
    start = time.monotonic()
    reply = raw(service, head(service, "Content-Length: 100"), b"[]")
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert 0.9 < time.monotonic() - start < 3
    assert b"connection: close" in reply.lower()


def test_a_body_longer_than_declared_is_no_second_request(service: Service) -> None:
    reply = raw(
        service,
        head(service, "Content-Length: 2", "Connection: close"),
        b'[]POST /call HTTP/1.1\r\n\r\n["LTC_AE",[6,2]]',
    )
    assert b"3.0" not in reply
    assert reply.count(b"HTTP/1.1 200") == 1


def test_two_lengths_are_refused(service: Service) -> None:
    reply = raw(service, head(service, "Content-Length: 2", "Content-Length: 3"), b"[]x")
    assert reply.startswith(b"HTTP/1.1 400 ")


def test_a_slow_body_is_given_up_and_holds_nobody_up() -> None:
    ended = threading.Event()

    def drip(line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not ended.wait(0.2):
                line.sendall(b"1\r\n \r\n")

    with served(body_time=2.0) as service:
        address = ("127.0.0.1", urlsplit(service.origins[0]).port or 0)
        with socket.create_connection(address, timeout=10) as slow:
            slow.sendall(head(service, "Transfer-Encoding: chunked"))
            thread = threading.Thread(target=drip, args=[slow])
            thread.start()
            assert answers(post(service, [QUICK]))[0] == [[3.0]]
            assert select.select([slow], [], [], 0) == ([], [], [])
            assert slow.recv(65536).startswith(b"HTTP/1.1 408 ")
            ended.set()
            thread.join()


def test_many_clients_lose_and_cross_no_answer(service: Service) -> None:
    def client(number: int) -> bool:
        with httpx.Client(timeout=60) as session:
            for turn in range(5):
                wanted = {i: [[float(number * 10_000 + turn * 100 + i)]] for i in range(40)}
                calls = [["LTC_AE", [cell, 1.0]] for [[cell]] in wanted.values()]
                reply = session.post(f"{service.origins[0]}/call", headers=headers(service), content=lines(calls))
                if answers(reply) != wanted:
                    return False
        return True

    with ThreadPoolExecutor(24) as pool:
        assert all(pool.map(client, range(24)))


def test_a_hung_call_does_not_block_others(hanging: Hanging) -> None:
    with served(evaluate=call_or_misbehave) as service, ThreadPoolExecutor(2) as pool:
        hung = [pool.submit(post, service, [["HANG", []], QUICK]) for _ in range(2)]
        for _ in range(10):
            assert answers(post(service, [QUICK]))[0] == [[3.0]]
        assert not any(reply.done() for reply in hung)
        hanging.set()
        assert all(answers(reply.result())[1] == [[3.0]] for reply in hung)


def test_the_caller_of_a_hung_call_is_told(hanging: Hanging) -> None:
    with served(time_limit=0.5, evaluate=call_or_misbehave) as service:
        found = answers(post(service, [["HANG", []], QUICK]))
    assert found[1] == [[3.0]]
    reason = "HANG: no result within 0.5 seconds, the time limit of a call"
    assert found[0] == [[{"error": "#VALUE!", "reason": reason}]]


def test_answers_come_as_soon_as_they_are_there(hanging: Hanging) -> None:
    with served(time_limit=30, evaluate=call_or_misbehave) as service:
        body = lines([["HANG", []], QUICK])
        with httpx.stream("POST", f"{service.origins[0]}/call", headers=headers(service), content=body) as reply:
            found = reply.iter_lines()
            assert json.loads(next(found)) == [1, [[3.0]]]
            hanging.set()
            assert json.loads(next(found))[0] == 0


def test_too_many_calls_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_ltc_udfs.office_js.workers.Workers.answers", _overloaded)
    with served() as service:
        reply = post(service, [QUICK])
        assert reply.status_code == 503
        assert "too many calls" in reply.json()["error"]


def _overloaded(self: Any, jobs: Any) -> None:
    from xl_ltc_udfs.office_js.workers import Overloaded

    raise Overloaded


def test_a_failure_of_the_server_shows_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr("xl_ltc_udfs.office_js.server.split_calls", broken)
    with served() as service:
        reply = post(service, [QUICK])
        assert reply.status_code == 500
        assert reply.text == "Internal Server Error"


def test_what_is_served_and_nothing_else(service: Service) -> None:
    types = {
        "/taskpane.html": "text/html; charset=utf-8",
        "/functions.js": "text/javascript; charset=utf-8",
        "/functions.json": "application/json",
        "/manifest.xml": "application/xml",
        **{f"/icon-{size}.png": "image/png" for size in (16, 32, 64, 80)},
    }
    for path, media_type in types.items():
        reply = httpx.get(service.origins[0] + path)
        assert (reply.status_code, reply.headers["content-type"]) == (200, media_type)
        assert httpx.post(service.origins[0] + path, headers=headers(service)).status_code == 405
        assert (service.token in reply.text) is (path == "/taskpane.html")
    for path in (
        "/",
        "/index.html",
        "/server.py",
        "/../server.py",
        "/%2e%2e/server.py",
        "/call/",
        "/docs",
        "/icon-17.png",
    ):
        assert httpx.get(service.origins[0] + path, headers=headers(service)).status_code == 404
    assert httpx.get(f"{service.origins[0]}/call", headers=headers(service)).status_code == 405


def test_headers_of_every_response(service: Service) -> None:
    public = {"/functions.js", "/functions.json", "/manifest.xml", "/icon-32.png"}
    for path in (*public, "/taskpane.html", "/health", "/call", "/nothing"):
        found = httpx.get(service.origins[0] + path, headers=headers(service)).headers
        assert found["x-content-type-options"] == "nosniff"
        assert found["referrer-policy"] == "no-referrer"
        assert found["cross-origin-resource-policy"] == ("cross-origin" if path in public else "same-origin")
        assert found.get("access-control-allow-origin") == ("*" if path == "/functions.json" else None)
        assert found.get("cache-control") == (None if path == "/icon-32.png" else "no-store")
        assert found["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in found
        assert "x-frame-options" not in found  # would keep Excel on the web from showing the pane


def test_health_says_which_xl_ltc_answers_and_no_more(service: Service) -> None:
    found = httpx.get(f"{service.origins[0]}/health", headers=headers(service)).json()
    assert found == {"version": xl_ltc.__version__}


READERS = {
    "policies of LTC_PROJECT": lambda file: ["LTC_PROJECT", [file, "series", TWO_YEARS]],
    "policies of LTC_TRACE": lambda file: ["LTC_TRACE", ["P0", file, TWO_YEARS]],
    "assumptions of LTC_PROJECT": lambda file: ["LTC_PROJECT", [block(policy()), None, TWO_YEARS, file]],
    "assumptions of LTC_TRACE": lambda file: ["LTC_TRACE", [block(policy()), None, TWO_YEARS, file]],
    "LTC_WHY": lambda file: ["LTC_WHY", ["LTC_PROJECT", file]],
}
"""The calls that read a file that a cell names."""


@pytest.fixture(scope="module")
def one_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Path]]:
    """A server that reads files of one folder, and the folder; beside it are files that it does not read."""
    folder = tmp_path_factory.mktemp("computer") / "named"
    for where in (folder, folder.parent):
        where.mkdir(exist_ok=True)
        for name in ("policies.csv", "assumptions.xlsx"):
            with (where / name).open("w", newline="") as file:
                csv.writer(file).writerows(block(policy()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_VARIABLE, str(folder.parent / "state"))
        remember(folder.parent / "state")
        with served(files=(folder,)) as running:
            yield running, folder


def test_a_file_in_a_named_folder_is_read(one_folder: tuple[Service, Path]) -> None:
    service, folder = one_folder
    found = answers(post(service, [READERS["policies of LTC_PROJECT"](str(folder / "policies.csv"))]))[0]
    assert found == call("LTC_PROJECT", (block(policy()), "series", TWO_YEARS)).rows


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_of_a_file_outside_no_answer_tells_whether_it_is_there(one_folder: tuple[Service, Path], reader: Any) -> None:
    service, folder = one_folder
    outside = folder.parent
    names = [
        str(outside / "policies.csv"),
        str(outside / "missing.csv"),
        "../policies.csv",
        "../missing",
        "/etc/passwd",
    ]
    for at, [[cell]] in answers(post(service, list(map(reader, names)))).items():
        name = names[at]
        reason = cell["reason"] if isinstance(cell, dict) else cell
        assert reason.endswith(
            f": {name} is in no folder from which this server reads files; "
            "whoever starts it names them: xl-ltc serve --files FOLDER"
        )


def test_of_a_bad_file_in_a_named_folder_its_place_is_not_told(one_folder: tuple[Service, Path]) -> None:
    service, folder = one_folder
    [[cell]] = answers(post(service, [READERS["assumptions of LTC_PROJECT"]("assumptions.xlsx")]))[0]
    assert "assumptions.xlsx" in cell["reason"]
    assert str(folder.parent) not in cell["reason"]


def test_a_run_into_a_workbook_elsewhere_is_not_told_of(one_folder: tuple[Service, Path]) -> None:
    names = [None, "remembered.xlsx", "/somewhere/remembered.xlsx", "other.xlsx"]
    calls = [["LTC_RESULT", ["lifetime_loss_ratio", "All", "before", None, name]] for name in names]
    for [[cell]] in answers(post(one_folder[0], calls)).values():
        assert cell["error"] == "#N/A"
        assert "no run has been recorded" in cell["reason"]


def test_a_service_reads_no_file_unless_it_is_told_to() -> None:
    assert Service(("http://localhost:1",)).files == ()
