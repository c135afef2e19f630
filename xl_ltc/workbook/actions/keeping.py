"""Keeping a run's results policy by policy, beside what else it writes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.recut.keep import keep_history, keep_partition, keeping
from xl_ltc.workbook.actions.progress import Progress


@contextlib.contextmanager
def kept_staged(
    run: FilingRun, record: Mapping[str, Any], folder: Path, progress: Progress
) -> Iterator[Callable[[], None]]:
    """The run's results written into a folder, and a function that makes them the run the folder holds.

    Raises:
        InputError: a folder that holds something else.
        OSError: the folder can't be written to.
    """
    progress(f"keeping the results of {len(run.block):,} policies")
    settings = run.assumptions.settings
    with keeping(folder) as kept:
        files = keep_partition(run.block, run.basis, run.increase, kept.data)
        history = keep_history(run.history, settings, kept.data)
        yield lambda: kept.finish((*files, history), run.block, settings, record)
