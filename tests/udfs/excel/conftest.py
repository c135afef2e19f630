"""Excel's two ends for the tests: xlwings' COM server, and VBA that calls it; workbooks with buttons and policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.small_filing import POLICIES
from tests.udfs.excel.excel import CallUDF, Excel
from tests.udfs.excel.pywin32 import xlwings_com_server
from xl_ltc.control import TABLE, Control
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.workbook.layout import INFORCE, SHEETS
from xl_ltc.workbook.render import InputSheets, write_workbook
from xl_ltc_udfs.excel.workbook_macros import macros


@pytest.fixture(scope="session")
def call_udf() -> Iterator[CallUDF]:
    """``CallUDF`` as VBA calls it: xlwings' own, on the module of the add-in."""
    with xlwings_com_server() as server:
        yield server.XLPython().CallUDF


@pytest.fixture(scope="session")
def excel(call_udf: Any) -> Excel:
    """A workbook with the add-in's functions."""
    return Excel(call_udf)


@pytest.fixture(scope="session")
def own_workbooks(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """By ending, a workbook with its assumptions and some policies, never run; not to be written to."""
    folder = tmp_path_factory.mktemp("own_workbooks")
    block = filing_run.block.select(np.linspace(0, len(filing_run.block) - 1, POLICIES).astype(np.int64))
    filled = InputSheets.of(filing_run, Control(inforce=TABLE, solve_target=0.15))
    inputs = InputSheets(filled.settings, filled.control, filled.tables, filled.history, filled.study, block.frame)
    code = {".xlsx": None, ".xlsm": macros((*SHEETS, INFORCE))}
    return {ending: write_workbook(folder / f"own{ending}", inputs, None, code[ending]) for ending in code}
