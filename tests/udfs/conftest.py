"""The worksheet functions' tests see one remembered run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.udfs.remembered import remember
from xl_ltc.workbook.last_run import STATE_VARIABLE


@pytest.fixture(scope="session", autouse=True)
def remembered_run(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder of these tests with the remembered run; other processes find it through the environment."""
    folder = tmp_path_factory.mktemp("remembered")
    remember(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_VARIABLE, str(folder))
        yield folder
