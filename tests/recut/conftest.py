"""A small run, and the same kept."""

from __future__ import annotations

import pytest

from tests.exhibits.made_up import made_up_run
from tests.recut.keeping import keep_run
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.recut.kept import KeptRun


@pytest.fixture(scope="session")
def run() -> FilingRun:
    return made_up_run()


@pytest.fixture(scope="session")
def kept(run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> KeptRun:
    return keep_run(run, tmp_path_factory.mktemp("kept") / "run", run_id="20260504-a1b2c3", warnings=["Made up."])
