"""How long a user waits: ``python benchmarks/waiting.py [--write]`` prints one table.

Starting up, reading and checking a million policies, the demo, and a rerun of the illustrative block after one
assumption was changed, as a button does it where Python runs already.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import pages
from benchmarks.run import best, report
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.exhibits.filing_pages import filing_exhibits
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.experience.study import bundled_study
from xl_ltc.illustration.block import Illustration, illustrate, policies_sold
from xl_ltc.illustration.history import illustrative_history
from xl_ltc.inforce.read import read_inforce, write_inforce
from xl_ltc.projection.project import project
from xl_ltc.settings import Settings
from xl_ltc.workbook.actions import check_policies

MILLION = 1_000_000
SECONDS = {"import": 0.3, "help": 0.5, "demo": 5.0, "million": 3.0, "rerun": 0.5}
"""What none of them may take longer than."""

CHANGED = {
    "lapse_lifetime_pay": "single",
    "mortality_base": "Male",
    "morbidity_factor_sex": "factor",
    "behaviour": "value",
}
"""One assumption at a time: a table and a column whose first rate is another each time."""


def program(*arguments: str) -> Callable[[], None]:
    """A run of Python, its own process."""

    def run() -> None:
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True)

    return run


def million(illustration: Illustration, file: Path) -> None:
    """The illustrative policies again and again under new ids."""
    write_inforce(illustration.block, file)
    table = pq.read_table(file)
    table = pa.concat_tables([table] * (MILLION // len(table) + 1)).slice(0, MILLION)
    ids = pa.array([f"{i:09d}" for i in range(MILLION)])
    pq.write_table(table.set_column(table.column_names.index("policy_id"), "policy_id", ids), file)


def rerun_after(table: str, column: str, run: FilingRun) -> Callable[[], None]:
    """What a press of Run computes: tables checked, everything projected, every exhibit's values."""
    raw, pressed = bundled_tables(), iter(range(1, 1_000))
    first = float(raw[table].frame[column].iloc[0])

    def rerun() -> None:
        frame: pd.DataFrame = raw[table].frame.astype({column: object})
        frame.iloc[0, frame.columns.get_loc(column)] = str(first * (1.0 + next(pressed) / 1e4))
        changed = AssumptionSet.from_tables({**raw, table: replace(raw[table], frame=frame)})
        assert run.pricing is not None and run.pricing.sold is not None
        filing_exhibits(run_filing(run.block, run.history, changed, study=run.study, sold=run.pricing.sold))

    return rerun


def main() -> int:
    """Measure and print; exit code 1 if a bar is not met."""
    rows: list[tuple[str, str, str]] = []
    failed = False

    def add(what: str, seconds: float, bar: str) -> None:
        nonlocal failed
        rows.append((what, f"{seconds:.2f} s", f"bar: {SECONDS[bar]:g} s"))
        failed |= seconds > SECONDS[bar]

    nothing, imported, helped = best(
        5, program("-c", ""), program("-c", "import xl_ltc"), program("-m", "xl_ltc.cli", "--help")
    )
    add("import xl_ltc", max(imported - nothing, 0.0), "import")
    add("xl-ltc --help", helped, "help")
    with tempfile.TemporaryDirectory() as scratch:
        (demo,) = best(3, program("-m", "xl_ltc.cli", "demo", "--out", scratch))
        add("xl-ltc demo, the kernel compiled before", demo, "demo")
        assumptions = bundled()
        illustration = illustrate(assumptions)
        file = Path(scratch) / "million.parquet"
        million(illustration, file)
        (reading,) = best(3, lambda: check_policies(read_inforce(file), assumptions))
        add(f"{MILLION:,} policies of a Parquet file read and checked", reading, "million")
    history, sold = illustrative_history(illustration, assumptions), policies_sold(illustration, assumptions)
    run = run_filing(illustration.block, history, assumptions, study=bundled_study(), sold=sold)
    by_month = bundled(Settings(time_step="monthly"))
    annual, monthly = best(
        10, lambda: project(illustration.block, assumptions), lambda: project(illustration.block, by_month)
    )
    rows.append(("a projection by months", f"{monthly:.2f} s", f"{monthly / annual:.1f} times that by years; bar: 8"))
    failed |= monthly > 8.0 * annual
    for table, column in CHANGED.items():
        (seconds,) = best(5, rerun_after(table, column, run))
        add(f"a rerun after a change of {table}, with every exhibit's values", seconds, "rerun")
    print(report(rows))
    if "--write" in sys.argv[1:]:
        pages.write("waiting", report(rows), pages.RESULTS)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
