"""What the sections show of policies is a sum over any parts of them, and a run by partitions knows all of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.exhibits.made_up import made_up_run
from xl_ltc.exhibits.filing_pages import filing_exhibits
from xl_ltc.exhibits.filing_run import FilingRun, Policies
from xl_ltc.exhibits.partitioned_run import SUMMED, NotKept
from xl_ltc.exhibits.phase_in import BY_PARTITIONS
from xl_ltc.exhibits.phase_in import SHEET as PHASE_IN
from xl_ltc.exhibits.table import Value
from xl_ltc.partitions.summed import Summed
from xl_ltc.rate_increase.impact import policy_increase


def in_parts(run: FilingRun, parts: list[np.ndarray]) -> FilingRun:
    """The run as partitions leave it: sums, and no policy."""
    found: list[dict[str, Summed]] = []
    for rows in parts:
        block = run.block.select(rows)
        policies = Policies(block, policy_increase(block, run.assumptions), run.assumptions)
        found.append({of.__name__: of(policies) for of in SUMMED})
    summed = {name: Summed.added([part[name] for part in found]) for name in found[0]}
    return dataclasses.replace(run, block=NotKept(), increase=NotKept(), summed=summed)


def values(run: FilingRun) -> dict[str, dict[str, Value]]:
    """Of each page but the phase-in, every cell."""
    return {
        page.sheet: {
            f"{table.name}!{row.key}.{column}": cell.value
            for table in page.tables
            for row in table.rows
            for column, cell in row.cells.items()
        }
        for page in filing_exhibits(run)
        if page.sheet != PHASE_IN
    }


def assert_same_pages(found: FilingRun, wanted: FilingRun) -> None:
    ours, theirs = values(found), values(wanted)
    assert list(ours) == list(theirs)
    for sheet, cells in theirs.items():
        assert list(ours[sheet]) == list(cells)
        for place, value in cells.items():
            assert ours[sheet][place] == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), place


@pytest.fixture(scope="module")
def few() -> FilingRun:
    return made_up_run(200, rate_increase_cap=1.5, state_rate_increase_cap=0.2)


@pytest.mark.parametrize("count", [1, 2, 7, 200])
def test_a_run_of_any_partitions_shows_what_a_whole_run_does(few: FilingRun, count: int) -> None:
    order = np.random.default_rng(count).permutation(len(few.block))
    found = in_parts(few, np.array_split(order, count))
    assert_same_pages(found, few)
    assert (found.policies, found.affected) == (len(few.block), int(few.increase.affected.sum()))


def test_parts_may_lack_series_states_rates_and_bands(few: FilingRun) -> None:
    order = few.block.frame.sort_values(["series", "state", "issue_date"]).index.to_numpy()
    assert_same_pages(in_parts(few, np.array_split(order, 23)), few)


@pytest.mark.slow
def test_the_illustrative_block_by_partitions(filing_run: FilingRun) -> None:
    parts = np.array_split(np.arange(len(filing_run.block)), 9)
    assert_same_pages(in_parts(filing_run, parts), filing_run)


def test_nothing_summed_has_the_name_of_another() -> None:
    assert len({of.__name__ for of in SUMMED}) == len(SUMMED)


def test_the_phase_in_says_why_it_is_not_there(few: FilingRun) -> None:
    pages = filing_exhibits(in_parts(few, [np.arange(len(few.block))]))
    page = next(page for page in pages if page.sheet == PHASE_IN)
    assert not page.tables and [note.value for note in page.footnotes] == [BY_PARTITIONS]


def test_smallest_and_largest_of_nobody_are_unknown() -> None:
    none, some = np.array([np.nan, np.nan]), np.array([0.5, np.nan])
    found = Summed.added([Summed({}, {("a",): none}, {("a",): none}), Summed({}, {("a",): some}, {("a",): some})])
    for of in (found.smallest, found.largest):
        np.testing.assert_array_equal(of[("a",)], some)
