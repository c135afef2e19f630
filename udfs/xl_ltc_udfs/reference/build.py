"""The files of the reference that the project carries, and how they are built."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xl_ltc.workbook.last_run import STATE_VARIABLE
from xl_ltc_udfs.reference.markdown import reference_markdown
from xl_ltc_udfs.reference.workbook import Flavour, write_reference

WORKBOOKS: dict[str, Flavour] = {
    "workbooks/ltc_function_reference.xlsx": "add-in",
    "workbooks/ltc_function_reference_web.xlsx": "web",
}
MARKDOWN = "docs/functions.md"


def build(repository: Path) -> list[Path]:
    """Write every file of the reference under a folder; what this machine last ran is not shown in them."""
    with _no_run():
        files = []
        for name, flavour in WORKBOOKS.items():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            files.append(write_reference(repository / name, flavour))
        text = repository / MARKDOWN
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_text(reference_markdown(), encoding="utf-8")
    return [*files, text]


@contextmanager
def _no_run() -> Iterator[None]:
    before = os.environ.get(STATE_VARIABLE)
    with tempfile.TemporaryDirectory() as empty:
        os.environ[STATE_VARIABLE] = empty
        try:
            yield
        finally:
            if before is None:
                del os.environ[STATE_VARIABLE]
            else:
                os.environ[STATE_VARIABLE] = before
