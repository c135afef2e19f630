"""Files of 0.1, 1 and 10 million policies by partitions: seconds, memory, and what a cluster would take.

``python -m benchmarks.scale [--policies 100000 1000000 10000000] [--cluster ADDRESS]``. The files hold the illustrative
block again and again under new policy ids; each is projected in a process of its own, so that its peak of memory is its
own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.illustration.block import illustrate
from xl_ltc.inforce.read import POLICIES_A_ROW_GROUP, write_inforce
from xl_ltc.partitions.cases import scenario_cases
from xl_ltc.partitions.project_file import project_file
from xl_ltc.scenarios.scenario import Change, Linear, Scenario
from xl_ltc.scenarios.specs import MORBIDITY

SIZES = (100_000, 1_000_000, 10_000_000)
SCENARIOS = 16
POLICIES_ESTIMATED, SCENARIOS_ESTIMATED = 100_000_000, 1_000


def write_block(policies: int, path: Path) -> None:
    """The illustrative block again and again until there are so many policies, written a copy at a time."""
    with tempfile.TemporaryDirectory() as folder:
        write_inforce(illustrate(bundled()).block, Path(folder) / "block.parquet")
        table = pq.read_table(Path(folder) / "block.parquet")
    at = table.column_names.index("policy_id")
    ids = table.column("policy_id").to_pylist()
    with pq.ParquetWriter(path, table.schema) as writer:
        for copy, first in enumerate(range(0, policies, len(table))):
            part = table.slice(0, min(len(table), policies - first))
            own = pa.array([f"{copy}-{policy_id}" for policy_id in ids[: len(part)]], table.schema.field(at).type)
            writer.write_table(part.set_column(at, table.schema.field(at), own), row_group_size=POLICIES_A_ROW_GROUP)


def scenarios(count: int) -> list[Scenario]:
    """Claims 1% higher in each than in the one before."""
    return [Scenario(f"claims {i:+d}%", (Change(MORBIDITY, linear=Linear(1.0 + i / 100)),)) for i in range(count)]


def measure(path: Path, count: int, cluster: str | None) -> dict[str, Any]:
    """Seconds of projecting a file, and the most memory this process ever had."""
    assumptions = bundled()
    cases = scenario_cases(assumptions, scenarios(count)) if count > 1 else ()
    project_small(assumptions)
    start, used = time.perf_counter(), time.process_time()
    result = project_file(path, assumptions, cases=cases, cluster=cluster)
    return {
        "policies": result.policies,
        "scenarios": count,
        "seconds": time.perf_counter() - start,
        "processor_seconds": time.process_time() - used,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def project_small(assumptions: Any) -> None:
    """Compile or load the kernel before anything is measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "few.parquet"
        write_block(100, path)
        project_file(path, assumptions)


def measured(path: Path, count: int, cluster: str | None) -> dict[str, Any]:
    """``measure`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scale", "--measure", str(path), "--scenarios", str(count)]
    command += ["--cluster", cluster] if cluster else []
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    return json.loads(done.stdout)


def table(found: list[dict[str, Any]]) -> str:
    lines = [
        "| policies | scenarios | seconds | µs a policy | processor µs a policy | peak memory, MiB |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        each = one["seconds"] / one["policies"] * 1e6
        busy = one["processor_seconds"] / one["policies"] * 1e6
        lines.append(
            f"| {one['policies']:,} | {one['scenarios']} | {one['seconds']:.1f} | {each:.2f} | {busy:.2f} "
            f"| {one['peak_mib']:,.0f} |"
        )
    return "\n".join(lines)


def estimate(one: dict[str, Any], many: dict[str, Any]) -> str:
    """Core-hours of a large job, from the processor time of a file under one scenario and under several."""
    first = one["processor_seconds"] / one["policies"]
    further = (many["processor_seconds"] / many["policies"] - first) / (many["scenarios"] - 1)
    reading = max(first - further, 0.0)
    tasks = -(-SCENARIOS_ESTIMATED // SCENARIOS)
    seconds = POLICIES_ESTIMATED * (SCENARIOS_ESTIMATED * further + tasks * reading)
    return (
        f"A further scenario takes {further * 1e6:.2f} µs of a processor a policy, reading, checking and the rest "
        f"{reading * 1e6:.2f} µs. {POLICIES_ESTIMATED:,} policies under {SCENARIOS_ESTIMATED:,} scenarios, read again "
        f"every {SCENARIOS} scenarios: {seconds / 3600:,.0f} core-hours."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=int, nargs="+", default=SIZES)
    parser.add_argument("--cluster")
    parser.add_argument("--measure", type=Path)
    parser.add_argument("--scenarios", type=int, default=1)
    options = parser.parse_args()
    if options.measure is not None:
        print(json.dumps(measure(options.measure, options.scenarios, options.cluster)))
        return
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for policies in options.policies:
            path = Path(folder) / f"{policies}.parquet"
            write_block(policies, path)
            found.append(measured(path, 1, options.cluster))
            if policies == min(options.policies):
                found.append(measured(path, SCENARIOS, options.cluster))
            path.unlink()
    print(table(found))
    print()
    print(estimate(found[0], found[1]))


if __name__ == "__main__":
    main()
