"""Excel's two ends for the tests: xlwings' COM server, and VBA that calls it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.udfs.excel.excel import CallUDF, Excel
from tests.udfs.excel.pywin32 import xlwings_com_server


@pytest.fixture(scope="session")
def call_udf() -> Iterator[CallUDF]:
    """``CallUDF`` as VBA calls it: xlwings' own, on the module of the add-in."""
    with xlwings_com_server() as server:
        yield server.XLPython().CallUDF


@pytest.fixture(scope="session")
def excel(call_udf: Any) -> Excel:
    """A workbook with the add-in's functions."""
    return Excel(call_udf)
