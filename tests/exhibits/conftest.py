"""A small run the exhibits are built from."""

from __future__ import annotations

import pytest

from tests.exhibits.made_up import made_up_run
from xl_ltc.exhibits.filing_run import FilingRun


@pytest.fixture(scope="session")
def made_up() -> FilingRun:
    return made_up_run()
