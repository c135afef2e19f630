"""Fixtures every part of the tests uses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1]))  # for benchmarks; an installed xl_ltc comes first

from benchmarks import blocks
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.experience.study import bundled_study
from xl_ltc.illustration.block import illustrate, policies_sold
from xl_ltc.illustration.history import illustrative_history
from xl_ltc.inforce.block import Block
from xl_ltc.workbook.last_run import STATE_VARIABLE


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs are remembered in a folder of the tests, not in the user's."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session")
def assumptions() -> AssumptionSet:
    """The bundled assumption set under the filing's settings."""
    return bundled()


@pytest.fixture(scope="session")
def random_block(assumptions: AssumptionSet) -> Callable[..., Block]:
    """``random_block(n, seed=0, **columns)``: a valid block of random policies; see ``benchmarks.blocks``."""

    def make(n: int, seed: int = 0, **columns: Any) -> Block:
        return blocks.random_block(n, seed, assumptions, **columns)

    return make


@pytest.fixture(scope="session")
def filing_run(assumptions: AssumptionSet) -> FilingRun:
    """The filing on the illustrative block: 77,020 policies, before and after the increase."""
    illustration = illustrate(assumptions)
    history, sold = illustrative_history(illustration, assumptions), policies_sold(illustration, assumptions)
    return run_filing(illustration.block, history, assumptions, study=bundled_study(), sold=sold)
