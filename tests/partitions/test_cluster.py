"""Projecting on a real cluster of two worker processes: the numbers of the whole block, whatever a worker does."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import dask
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from tests.partitions.conftest import POLICIES, assert_same
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import Cancelled, InputError
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.control_totals import control_totals
from xl_ltc.inforce.parts import parts_of
from xl_ltc.partitions import cluster as on_cluster
from xl_ltc.partitions.cases import Case, Job, scenario_cases
from xl_ltc.partitions.cluster import work_on_cluster
from xl_ltc.partitions.project_file import project_file
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import project
from xl_ltc.projection.results import CashFlows
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.scenarios.scenario import Change, Linear, Scenario
from xl_ltc.scenarios.specs import LAPSE, MORBIDITY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as made:
        yield made


@pytest.fixture(scope="module")
def wanted(block: Block, assumptions: AssumptionSet) -> CashFlows:
    return project(block, assumptions, policy_increase(block, assumptions).impact)


@pytest.mark.parametrize(("partitions", "batch"), [(1, 100_000), (8, 150), (20, 100_000)])
def test_two_workers_give_the_numbers_of_the_whole_block(
    cluster: LocalCluster,
    file: Path,
    block: Block,
    wanted: CashFlows,
    assumptions: AssumptionSet,
    partitions: int,
    batch: int,
) -> None:
    told: list[str] = []
    address = cluster.scheduler_address
    found = project_file(file, assumptions, partitions=partitions, batch=batch, cluster=address, progress=told.append)
    assert_same(found.cash_flows, wanted)
    pd.testing.assert_frame_equal(found.control_totals, control_totals(block), rtol=1e-12)
    assert found.policies == POLICIES
    assert told[0] == f"{partitions} tasks of {partitions} partitions on 2 workers"
    assert told[1:] == [f"{i} of {partitions} tasks done on 2 workers" for i in range(1, partitions + 1)]


def test_scenarios_and_partitions_fan_out_together(
    cluster: LocalCluster, file: Path, assumptions: AssumptionSet
) -> None:
    scenarios = [
        Scenario(f"{what} {scale}", (Change(what, linear=Linear(scale)),))
        for what in (MORBIDITY, LAPSE)
        for scale in (0.8, 0.9, 1.1)
    ]
    cases, told = scenario_cases(assumptions, scenarios), list[str]()
    found = work_on_cluster(
        parts_of(file, 5), Job(assumptions, ("series",), cases), cluster.scheduler_address, told.append, cases_a_task=4
    )
    here = project_file(file, assumptions, cases=cases).by_case
    assert list(found.cash_flows) == list(here) == [scenario.name for scenario in scenarios]
    for name, flows in here.items():
        assert_same(found.cash_flows[name], flows)
    assert told[0].startswith("10 tasks of 5 partitions")


def test_a_killed_worker_costs_no_result(
    cluster: LocalCluster, file: Path, wanted: CashFlows, assumptions: AssumptionSet
) -> None:
    killed: list[int] = []

    def kill_one(words: str) -> None:
        if words.startswith("4 of 30") and not killed:
            with Client(cluster.scheduler_address, set_as_default=False) as client:
                killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    found = project_file(
        file, assumptions, partitions=30, batch=50, cluster=cluster.scheduler_address, progress=kill_one
    )
    assert killed
    assert_same(found.cash_flows, wanted)


def test_a_bad_partition_is_named_and_ends_the_run(
    cluster: LocalCluster, tmp_path: Path, assumptions: AssumptionSet, with_bad_cell: Callable[[Path, int], Path]
) -> None:
    path = with_bad_cell(tmp_path / "bad.parquet", 1_950)
    with pytest.raises(InputError) as error:
        project_file(path, assumptions, partitions=8, cluster=cluster.scheduler_address)
    assert len(error.value.problems) == error.value.total == 1
    assert str(error.value) == (
        "bad.parquet, record 1950, column issue_age, policy P001949 (partition 5 of 8, records 1,601 to 2,000): "
        "found 17; allowed: a whole number from 18 to 84"
    )


def test_a_policy_in_two_partitions_is_found(
    cluster: LocalCluster, file: Path, tmp_path: Path, assumptions: AssumptionSet
) -> None:
    frame = pd.read_parquet(file)
    frame.loc[2_999, "policy_id"] = frame.loc[0, "policy_id"]
    path = tmp_path / "twice.parquet"
    frame.to_parquet(path, index=False, row_group_size=400)
    with pytest.raises(InputError, match=r"record 3000, .* a second time \(first in twice.parquet, record 1\)"):
        project_file(path, assumptions, partitions=8, cluster=cluster.scheduler_address)


def test_what_is_cancelled_leaves_the_cluster_free(
    cluster: LocalCluster, file: Path, wanted: CashFlows, assumptions: AssumptionSet
) -> None:
    def stop(words: str) -> None:
        if words.startswith("1 of"):
            raise Cancelled

    with pytest.raises(Cancelled):
        project_file(file, assumptions, partitions=30, cluster=cluster.scheduler_address, progress=stop)
    found = project_file(file, assumptions, partitions=2, cluster=cluster.scheduler_address)
    assert_same(found.cash_flows, wanted)


def test_other_code_on_a_worker_is_refused(
    cluster: LocalCluster, file: Path, assumptions: AssumptionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "code_hash", lambda: "of other files")
    with pytest.raises(InputError, match=r"--cluster: found xl_ltc .* with other code on tcp://.*; allowed: xl_ltc"):
        project_file(file, assumptions, cluster=cluster.scheduler_address)


def test_no_scheduler_no_worker_and_no_dask_are_told(
    file: Path, assumptions: AssumptionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "_PATIENCE", 1)
    with pytest.raises(InputError, match=r"--cluster: found no scheduler at tcp://127\.0\.0\.1:9"):
        project_file(file, assumptions, cluster="tcp://127.0.0.1:9")
    with (
        LocalCluster(n_workers=0, processes=True, dashboard_address=":0", silence_logs=50) as empty,
        pytest.raises(InputError, match="without a worker"),
    ):
        project_file(file, assumptions, cluster=empty.scheduler_address)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'xl-ltc\[cluster\]'"):
        project_file(file, assumptions, cluster="tcp://127.0.0.1:9")


def test_one_worker_gives_the_same(file: Path, wanted: CashFlows, assumptions: AssumptionSet) -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as one:
        found = project_file(file, assumptions, partitions=11, cluster=one.scheduler_address)
    assert_same(found.cash_flows, wanted)
    assert np.isfinite(found.cash_flows.values).all()


def test_a_partition_that_ends_its_worker_is_named(file: Path, assumptions: AssumptionSet) -> None:
    def end(block: Block) -> Impact:
        os._exit(1)

    case = Case("ends", ProjectionBasis.of(assumptions), end)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50) as one,
        pytest.raises(InputError, match="partition 1 of 1, records 1 to 3,000: 1 worker ended while at it"),
    ):
        project_file(file, assumptions, cases=[case], partitions=1, cluster=one.scheduler_address)
