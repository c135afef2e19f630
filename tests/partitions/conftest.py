"""A small file of policies, in several row groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from xl_ltc.inforce.block import Block
from xl_ltc.inforce.read import write_inforce
from xl_ltc.projection.results import CashFlows

POLICIES = 3_000


@pytest.fixture(scope="session")
def block(random_block: Callable[..., Block]) -> Block:
    return random_block(POLICIES, seed=7)


@pytest.fixture(scope="session")
def file(block: Block, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Row groups of 400 policies."""
    path = tmp_path_factory.mktemp("policies") / "policies.parquet"
    write_inforce(block, path)
    pq.write_table(pq.read_table(path), path, row_group_size=400)
    return path


@pytest.fixture(scope="session")
def with_bad_cell(file: Path) -> Callable[[Path, int], Path]:
    """``with_bad_cell(path, record)``: the file with an issue age of 17 in a record, counted from 1."""

    def make(path: Path, record: int) -> Path:
        table = pq.read_table(file)
        frame = table.to_pandas()
        frame.loc[record - 1, "issue_age"] = 17
        frame.to_parquet(path, index=False, row_group_size=400)
        return path

    return make


def assert_same(found: CashFlows, wanted: CashFlows) -> None:
    """The same groups, years and numbers to 1e-12 of each."""
    assert found.groups.to_dict("list") == wanted.groups.to_dict("list")
    np.testing.assert_array_equal(found.years, wanted.years)
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-12, atol=0)
