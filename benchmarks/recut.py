"""Keeping the illustrative run and recutting it: ``python benchmarks/recut.py`` prints rows for RESULTS.md."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.run import best
from xl_ltc import api
from xl_ltc.workbook.actions.keeping import kept_staged

BY = ["state", "benefit_period"]
MOST_SECONDS = 2.0
RUNS = 5


def main() -> int:
    """Keep, recut, print; exit code 1 if the command took too long."""
    run = api.filing()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "kept"
        begin = time.perf_counter()
        with kept_staged(run, {}, folder, lambda _: None) as finish:
            finish()
        keeping = time.perf_counter() - begin
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        command = [sys.executable, "-m", "xl_ltc.cli", "recut", str(folder), "--by", ",".join(BY)]
        warm, warm_years, cold, cold_years = best(
            RUNS,
            lambda: api.recut(api.KeptRun.open(folder), BY),
            lambda: api.recut(api.KeptRun.open(folder), BY, years=True),
            lambda: subprocess.run(command, check=True, capture_output=True),
            lambda: subprocess.run([*command, "--years"], check=True, capture_output=True),
        )
    print("| What | Time | Remark |\n|---|---:|---|")
    print(f"| results of {len(run.block):,} policies kept | {keeping:.1f} s | {size / 1e6:,.0f} MB on the disk |")
    print(f"| recut by {' and '.join(BY)}, in process | {warm * 1e3:.0f} ms | with calendar years {warm_years:.2f} s |")
    print(f"| — as a command | {cold:.2f} s | with calendar years {cold_years:.2f} s; bar: {MOST_SECONDS:.0f} s |")
    return 0 if max(cold, cold_years) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
