"""Keeping a run's results policy by policy, beside what else it writes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.inforce.schema import CODED
from xl_ltc.recut.keep import Keeping, keep_history, keep_partition, keeping
from xl_ltc.recut.kept import KeptFile
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
    with keeping(folder) as kept:
        files = keep_partition(run.block, run.basis, run.increase, kept.data)
        yield lambda: finish(kept, files, run, record)


def finish(kept: Keeping, files: Sequence[KeptFile], run: FilingRun, record: Mapping[str, Any]) -> None:
    """Make a run whose policies' results are written, in whatever parts, the one that the folder holds.

    Raises:
        OSError: the folder can't be written to.
    """
    settings = run.assumptions.settings
    history = keep_history(run.history, settings, kept.data)
    categories = {name: run.assumptions.vocabulary(name) for name in CODED}
    kept.finish((*files, history), categories, settings, record)
