"""Compiled ahead of time: the next program finds the compiled projection."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_AFTERWARDS = """
from xl_ltc.experience import exposure
from xl_ltc.projection import kernel
from xl_ltc.workbook.actions import warm_up
warm_up()
for compiled in (kernel._project_unit, exposure._fill, exposure._cells):
    print(sum(compiled.stats.cache_hits.values()), sum(compiled.stats.cache_misses.values()))
"""


@pytest.mark.slow
def test_after_warm_nothing_is_compiled(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}

    def python(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    python("-c", "from xl_ltc.cli import main; main()", "warm")
    assert list(tmp_path.rglob("kernel*.nbi"))
    assert python("-c", _AFTERWARDS).split() == ["1", "0"] * 3
