"""Runs kept for tests, as ``xl-ltc run --keep`` keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.recut.kept import KeptRun
from xl_ltc.workbook.actions.keeping import kept_staged


def keep_run(run: FilingRun, folder: Path, **record: Any) -> KeptRun:
    with kept_staged(run, record, folder, lambda _: None) as finish:
        finish()
    return KeptRun.open(folder)
