"""The interpreter that LibreOffice asks: what it loads, that it survives, that it does not grow, and when it can't
start."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from tests.udfs.calc_office import Office
from xl_ltc_udfs.calc.extension import LOG

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

LLR = "=LTC_LLR({200|700|1500};{1000|900|800};0.045)"
MEGABYTE = 1 << 20


@pytest.fixture
def own_office(tmp_path: Path) -> Office:
    """A LibreOffice that has called nothing yet."""
    return Office(tmp_path)


def _loaded(server: psutil.Process, library: str) -> bool:
    """Whether a process has compiled modules of a library in memory."""
    return any(f"/{library}/" in mapped.path for mapped in server.memory_maps())


def test_loads_a_library_only_for_a_function_that_needs_it(own_office: Office) -> None:
    with own_office as office:
        start = time.perf_counter()
        office.value(LLR)
        assert time.perf_counter() - start < 3.0
        (server,) = office.servers()
        assert _loaded(server, "numpy")
        assert not _loaded(server, "pandas")
        assert not _loaded(server, "numba")
        office.value('=LTC_QX("Female";70)')
        assert _loaded(server, "pandas")


def test_one_server_is_started_again_when_it_was_killed(own_office: Office) -> None:
    with own_office as office:
        first = office.value(LLR)
        (server,) = office.servers()
        server.kill()
        assert office.value(LLR.replace("0.045", "0.05")) < first
        (again,) = office.servers()
        assert again.pid != server.pid
    again.wait(10)  # it ends with LibreOffice


def test_ten_thousand_calls_leave_no_growth(own_office: Office) -> None:
    with own_office as office:
        office("open", "private:factory/scalc")
        office("put_all", 0, "A1:B60", [[str(100 + year), str(200 + year)] for year in range(60)])
        office("put", 0, "C1", "0.04")
        office("put_all", 0, "D1:D1000", [["=LTC_LLR($A$1:$A$60;$B$1:$B$60;$C$1+ROW()/100000)"]] * 1000)
        (server,) = office.servers()
        before = server.memory_info().rss
        for time_through in range(1, 11):
            office("put", 0, "C1", str(0.04 + time_through / 10))  # other arguments, so each is a call
        assert len(set(map(tuple, office("cells", 0, "D1:D1000")))) == 1000
        assert server.memory_info().rss - before < MEGABYTE


@pytest.mark.parametrize("interpreter", ["/nowhere/python", "/usr/bin/false"])
def test_without_an_interpreter_the_cells_say_so(interpreter: str, tmp_path: Path) -> None:
    with Office(tmp_path, interpreter) as office:
        start = time.perf_counter()
        *cells, reason = office.values([*[LLR] * 200, '=LTC_WHY("LTC_LLR";1;1;0.04)'])
        assert time.perf_counter() - start < 10.0
        assert cells == [{"error": 32767, "shown": "#N/A"}] * 200
        assert interpreter in reason
        assert "xl-ltc calc install" in reason
        assert str(office.profile / "user" / LOG) in reason
