"""Projecting a file by partitions: the numbers and messages of the whole block."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.partitions.conftest import POLICIES, assert_same
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import Cancelled, InputError, Problem
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.control_totals import control_totals
from xl_ltc.inforce.read import read_inforce
from xl_ltc.inforce.validate import check_inforce
from xl_ltc.partitions.cases import rbo_cases, scenario_cases
from xl_ltc.partitions.project_file import project_file
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.project import project
from xl_ltc.projection.rules import rules_of
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.recut.columns import POLICIES as POLICIES_TABLE
from xl_ltc.recut.kept import KeptFile
from xl_ltc.scenarios.increase import changed_increase
from xl_ltc.scenarios.members import changed_basis
from xl_ltc.scenarios.scenario import Change, Linear, Scenario
from xl_ltc.scenarios.specs import CBUL, MORBIDITY, MORTALITY


@pytest.mark.parametrize(
    ("partitions", "batch", "by"),
    [
        (None, 100_000, ("series",)),
        (1, 700, ("series", "state")),
        (3, 333, ("issue_age",)),
        (8, 100_000, ("benefit_period", "sex")),
        (20, 130, ("series",)),
    ],
)
def test_the_result_is_that_of_the_whole_block(
    file: Path, block: Block, assumptions: AssumptionSet, partitions: int | None, batch: int, by: tuple[str, ...]
) -> None:
    increase = policy_increase(block, assumptions)
    found = project_file(file, assumptions, by=by, partitions=partitions, batch=batch)
    assert_same(found.cash_flows, project(block, assumptions, increase.impact, by))
    pd.testing.assert_frame_equal(found.control_totals, control_totals(block), rtol=1e-12)
    assert (found.policies, found.affected) == (POLICIES, int(increase.affected.sum()))


def test_a_group_may_be_in_one_part_only(file: Path, tmp_path: Path, assumptions: AssumptionSet) -> None:
    frame = pd.read_parquet(file).sort_values("series", ascending=False)
    path = tmp_path / "sorted.parquet"
    frame.to_parquet(path, index=False, row_group_size=100)
    whole = check_inforce(read_inforce(path), rules_of(assumptions))
    wanted = project(whole, assumptions, policy_increase(whole, assumptions).impact)
    assert_same(project_file(path, assumptions, partitions=9).cash_flows, wanted)


def test_cases_share_the_reading(file: Path, block: Block, assumptions: AssumptionSet) -> None:
    scenarios = [
        Scenario("claims", (Change(MORBIDITY, linear=Linear(1.1)), Change(MORTALITY, "511", Linear(0.9)))),
        Scenario("elections", (Change(CBUL, linear=Linear(1.5)),)),
    ]
    cases = (*rbo_cases(assumptions), *scenario_cases(assumptions, scenarios))
    found = project_file(file, assumptions, cases=cases, partitions=3).by_case
    assert list(found) == [case.name for case in cases]
    assert len({flows.total("incurred_claims", "after").sum() for flows in found.values()}) == len(cases)
    basis, filed = ProjectionBasis.of(assumptions), policy_increase(block, assumptions)
    for scenario in scenarios:
        impact = changed_increase(block, assumptions, filed, scenario).impact
        changed = changed_basis(basis, scenario, assumptions.vocabulary("series"))
        assert_same(found[scenario.name], project(block, changed, impact))


def test_every_problem_is_told_as_of_the_whole_file(file: Path, tmp_path: Path, assumptions: AssumptionSet) -> None:
    frame = pd.read_parquet(file)
    frame.loc[[5, 2_900], "issue_age"] = 17
    frame["sex"] = frame["sex"].astype(str)
    frame.loc[1_500, "sex"] = "X"
    frame.loc[2_000, "policy_id"] = frame.loc[3, "policy_id"]
    path = tmp_path / "bad.parquet"
    frame.to_parquet(path, index=False, row_group_size=400)
    with pytest.raises(InputError) as of_whole:
        check_inforce(read_inforce(path), rules_of(assumptions))
    with pytest.raises(InputError) as of_parts:
        project_file(path, assumptions, partitions=5, batch=150)
    assert {str(p) for p in of_parts.value.problems} == {str(p) for p in of_whole.value.problems}
    assert of_parts.value.total == of_whole.value.total == 4


def test_progress_is_told_and_may_stop_it(file: Path, assumptions: AssumptionSet) -> None:
    told: list[str] = []
    project_file(file, assumptions, partitions=2, progress=told.append)
    assert told[1:] == [
        "projecting partition 1 of 2, records 1 to 1,600",
        "projecting partition 2 of 2, records 1,601 to 3,000",
    ]

    def stop(words: str) -> None:
        if "2 of 2" in words:
            raise Cancelled

    with pytest.raises(Cancelled):
        project_file(file, assumptions, partitions=2, progress=stop)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (dict(by=("colour",)), "grouping: found colour"),
        (dict(partitions=0), "partitions: found 0"),
        (dict(batch=0), "batch: found 0"),
    ],
)
def test_what_can_not_be_asked(file: Path, assumptions: AssumptionSet, asked: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        project_file(file, assumptions, **asked)


def test_cases_need_names_of_their_own(file: Path, assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match="cases: found as_filed more than once"):
        project_file(file, assumptions, cases=[*rbo_cases(assumptions), *rbo_cases(assumptions)][::3])


def test_no_more_than_a_batch_is_projected_at_a_time(
    file: Path, assumptions: AssumptionSet, with_bad_cell: Callable[[Path, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from xl_ltc.partitions import work

    sizes: list[int] = []
    plain = work.sums_of
    monkeypatch.setattr(work, "sums_of", lambda block, *rest: (sizes.append(len(block)), plain(block, *rest))[1])
    project_file(file, assumptions, partitions=2, batch=500)
    assert max(sizes) == 500
    assert np.sum(sizes) == POLICIES


def test_each_batch_is_kept_under_its_first_record(file: Path, block: Block, assumptions: AssumptionSet) -> None:
    ids: dict[int, list[str]] = {}

    def keep(policies: Block, first: int) -> tuple[KeptFile, ...]:
        ids[first] = policies.frame["policy_id"].tolist()
        return (KeptFile(str(first), POLICIES_TABLE, "200", len(policies), 0, ""),)

    found = project_file(file, assumptions, partitions=2, batch=500, keep=keep)
    assert list(ids) == [0, 500, 1_000, 1_500, 1_600, 2_100, 2_600]
    assert [int(kept.path) for kept in found.kept] == list(ids)
    whole = block.frame["policy_id"].tolist()
    assert all(of == whole[first : first + len(of)] for first, of in ids.items())
    assert sum(map(len, ids.values())) == POLICIES


def test_after_a_problem_the_rest_is_checked_but_not_projected(
    file: Path,
    assumptions: AssumptionSet,
    with_bad_cell: Callable[[Path, int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from xl_ltc.partitions import work

    cases: list[int] = []
    plain = work.sums_of
    monkeypatch.setattr(
        work, "sums_of", lambda block, job, *rest: (cases.append(len(job.cases)), plain(block, job, *rest))[1]
    )
    with pytest.raises(InputError, match="record 10,"):
        project_file(with_bad_cell(tmp_path / "bad.parquet", 10), assumptions, partitions=4)
    assert cases == [0, 0, 0]


def test_an_error_from_another_process_counts_all_its_problems() -> None:
    error = pickle.loads(pickle.dumps(InputError([Problem("file, record 1", "17", "18 to 84")], 5_000)))
    assert error.total == 5_000
    assert str(error).endswith("… and 4,999 more problems")
