"""The two sides of a call from Calc without LibreOffice: messages, values, and a server that goes away."""

from __future__ import annotations

import io
import math
import os
import pickle
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xl_ltc_udfs.calc import client as client_module
from xl_ltc_udfs.calc import wire
from xl_ltc_udfs.calc.client import Client, ServerUnavailable
from xl_ltc_udfs.calc.remembered import Remembered
from xl_ltc_udfs.calc.values import CALC_ERRORS, argument
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, PASSED_ON

BLOCK = (((200.0,), (700.0,)), ((1000.0,), (900.0,)), 0.045, None)
EXPECTED = call("LTC_LLR", BLOCK[:3]).single


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    asked = Client(sys.executable, tmp_path / "log")
    yield asked
    asked.stop()


def _process(client: Client) -> Any:
    assert client._process is not None
    return client._process


def _payload(number: float) -> int:
    (bits,) = struct.unpack("=Q", struct.pack("=d", number))
    return bits & 0xFFFF_FFFF


def test_gives_what_python_gives(client: Client) -> None:
    assert client.call("LTC_LLR", BLOCK) == ((EXPECTED,),)


def test_rows_and_texts_and_errors_come_back_in_place(client: Client) -> None:
    (first, second), third = client.call("LTC_AE", (((1.0, 1.0),), ((2.0, 0.0),)))[0], call("LTC_AE", (1, 2)).single
    assert first == third
    assert math.isnan(second)
    assert _payload(second) == CALC_ERRORS["#DIV/0!"]
    ((reason,),) = client.call("LTC_WHY", ("LTC_AE", 1.0, "x"))
    assert reason == call("LTC_WHY", ("LTC_AE", 1.0, "x")).single


def test_every_error_value_has_its_number_in_calc() -> None:
    assert CALC_ERRORS.keys() == set(PASSED_ON)


def test_what_calc_passes_is_what_a_call_takes() -> None:
    assert argument(None) is OMITTED
    assert argument("text") == "text"
    assert argument(1.5) == 1.5
    assert argument(wire.flat(((1.0, 2.0), (3.0, 4.0)))).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert argument(wire.flat((("12", 2.0), ("", "x")))) == (("12", 2.0), ("", "x"))


def test_a_message_with_anything_to_import_is_refused() -> None:
    data = pickle.dumps(os.getcwd)
    stream = io.BytesIO(struct.pack("=Q", len(data)) + data)
    with pytest.raises(pickle.UnpicklingError, match="plain values only"):
        wire.receive(stream)


def test_what_a_function_prints_does_not_reach_the_results(tmp_path: Path) -> None:
    code = "import os, sys, xl_ltc_udfs.calc.server as s\nf = s.call\n"
    code += "def loud(*a):\n print('from python')\n os.write(1, b'from below')\n return f(*a)\n"
    code += "s.call = loud\ns.main()\n"
    asked = _with_server(tmp_path, code)
    assert asked.call("LTC_LLR", BLOCK) == ((EXPECTED,),)
    asked.stop()
    log = asked.log.read_text(encoding="utf-8")
    assert "from python" in log
    assert "from below" in log


def test_an_error_of_xl_ltc_itself_is_logged_with_its_traceback(tmp_path: Path) -> None:
    code = "import xl_ltc_udfs.call as c, xl_ltc_udfs.calc.server as s\n"
    code += "def broken(*a):\n raise ZeroDivisionError('on purpose')\n"
    code += "c._evaluate = broken\ns.main()\n"
    asked = _with_server(tmp_path, code)
    ((cell,),) = asked.call("LTC_LLR", BLOCK)
    asked.stop()
    assert _payload(cell) == CALC_ERRORS["#VALUE!"]
    log = asked.log.read_text(encoding="utf-8")
    assert "Traceback" in log
    assert "ZeroDivisionError: on purpose" in log


def test_a_server_that_was_killed_is_started_again(client: Client) -> None:
    client.call("LTC_LLR", BLOCK)
    killed = _process(client)
    killed.kill()
    killed.wait()
    assert client.call("LTC_CUMULATIVE_LR", BLOCK)[-1] == (EXPECTED,)
    assert _process(client).pid != killed.pid


def test_a_server_that_ends_at_a_call_is_tried_twice_and_then_left_alone(tmp_path: Path) -> None:
    code = f"import os, xl_ltc_udfs.calc.server as s\nopen({str(tmp_path / 'starts')!r}, 'a').write('x')\n"
    code += "s.call = lambda *a: os._exit(7)\ns.main()\n"
    asked = _with_server(tmp_path, code)
    for _ in range(3):
        with pytest.raises(ServerUnavailable, match="ended without a result at LTC_LLR, exit status 7"):
            asked.call("LTC_LLR", BLOCK)
    assert (tmp_path / "starts").read_text() == "xx"


def test_after_a_pause_it_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "PAUSE", 0.2)
    interpreter = tmp_path / "python"
    asked = Client(str(interpreter), tmp_path / "log")
    with pytest.raises(ServerUnavailable, match="No such file"):
        asked.call("LTC_LLR", BLOCK)
    interpreter.symlink_to(sys.executable)
    with pytest.raises(ServerUnavailable, match="No such file"):
        asked.call("LTC_LLR", BLOCK)
    time.sleep(0.3)
    asked.interpreter = sys.executable
    assert asked.call("LTC_LLR", BLOCK) == ((EXPECTED,),)
    asked.stop()


def test_a_server_of_another_version_is_found_out(tmp_path: Path) -> None:
    code = "import xl_ltc_udfs.calc.server as s\ns.wire.PROTOCOL += 1\ns.main()\n"
    with pytest.raises(ServerUnavailable, match="different versions"):
        _with_server(tmp_path, code).call("LTC_LLR", BLOCK)


def test_the_same_call_is_asked_once_unless_its_result_may_change_or_is_an_error(tmp_path: Path) -> None:
    code = (
        f"import xl_ltc_udfs.calc.server as s\nf, log = s.call, open({str(tmp_path / 'calls')!r}, 'a', buffering=1)\n"
    )
    code += "def noted(name, arguments):\n log.write(name + ' ')\n return f(name, arguments)\n"
    code += "s.call = noted\ns.main()\n"
    asked = _with_server(tmp_path, code, changing=("LTC_RESULT",))
    for function, arguments in (
        ("LTC_LLR", BLOCK),
        ("LTC_LLR", (*BLOCK[:2], 0.05, None)),
        ("LTC_RESULT", ("lifetime_loss_ratio", "All", "before")),
        ("LTC_AE", (1.0, 0.0)),
        ("LTC_AE", (((1.0,),) * 65, 2.0)),
    ):
        assert _bits(asked.call(function, arguments)) == _bits(asked.call(function, arguments))
    asked.stop()
    assert (tmp_path / "calls").read_text().split() == ["LTC_LLR"] * 2 + ["LTC_RESULT"] * 2 + ["LTC_AE"] * 4


def _bits(rows: Any) -> list[bytes]:
    return [struct.pack("=d", cell) for row in rows for cell in row]


def test_only_so_many_results_are_remembered() -> None:
    remembered = Remembered(most=2)
    for name, asked_again in ((b"first", b"first"), (b"second", b"first"), (b"third", b"first")):
        remembered.put(name, ((1.0,),))
        remembered.get(asked_again)
    assert remembered.get(b"first") == ((1.0,),)
    assert remembered.get(b"second") is None
    assert remembered.get(b"third") == ((1.0,),)


def test_a_long_text_is_not_remembered() -> None:
    remembered = Remembered()
    remembered.put(b"long", (("x" * 101,),))
    remembered.put(b"short", (("x" * 100,),))
    assert remembered.get(b"long") is None
    assert remembered.get(b"short") == (("x" * 100,),)


def test_libreoffices_own_python_does_not_reach_the_server(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, "/nowhere")
    assert client.call("LTC_LLR", BLOCK) == ((EXPECTED,),)


def test_a_module_in_the_working_folder_is_not_imported(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert client.call("LTC_LLR", BLOCK) == ((EXPECTED,),)


def test_the_log_begins_anew_when_it_is_long(client: Client) -> None:
    client.log.write_text("x" * 1_000_001, encoding="utf-8")
    client.call("LTC_LLR", BLOCK)
    assert client.log.stat().st_size == 0


def _with_server(folder: Path, code: str, changing: tuple[str, ...] = ()) -> Client:
    """A client whose interpreter runs this code in place of the server."""
    (folder / "server.py").write_text(code, encoding="utf-8")
    interpreter = folder / "python"
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "server.py"}"\n', encoding="utf-8")
    interpreter.chmod(0o755)
    return Client(str(interpreter), folder / "log", changing)
