"""The log of runs: newest first, notes kept."""

from __future__ import annotations

from tests.exhibits.made_up import made_up_run
from tests.exhibits.runs import made_up_data, record
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.run_log import MOST_RUNS, NOTE, LogRow, changed_settings, run_log_page
from xl_ltc.exhibits.table import Table


def log(made_up: FilingRun, earlier: list[LogRow]) -> Table:
    return run_log_page(earlier, made_up_data(), record(made_up)).tables[0]


def rows(table: Table) -> list[dict[str, object]]:
    return [{c.header: row.cells[c.key].value for c in table.columns if c.key in row.cells} for row in table.rows]


def test_a_run_in_the_log(made_up: FilingRun) -> None:
    (row,) = rows(log(made_up, []))
    test = made_up.experience.test_58_85()
    assert row["run"] == made_up_data().identity("run_id") and row["started"] == "2026-05-04 03:02:01"
    assert (row["seconds"], row["command"], row["warnings"]) == (1.5, "xl-ltc run mine.xlsx", "=1+1 @here")
    assert (row["policies"], row["58%/85% test"]) == (2_000.0, "Fail")
    assert row["annualized premium ($)"] == record(made_up)["inforce"]["control_totals"]["Total"]["annualized_premium"]
    assert row["58%/85% item 5 ($)"] == test.item_5 and row["58%/85% item 7 ($)"] == test.item_7
    assert row["lifetime loss ratio after"] == made_up.experience.lifetime_loss_ratio("after")
    assert row["insureds affected"] == made_up.increase.affected.sum()
    assert row["code hash"] == record(made_up)["code_sha256"][:8]
    assert row["settings other than the default"] == "none"


def test_settings_that_are_not_the_default_in_words() -> None:
    found = changed_settings(made_up_data(rate_increase_cap=0.5, rbo_basis="literal"))
    assert found == "rate_increase_cap 0.5 (default 1); rbo_basis literal (default as_filed)"


def test_the_newest_is_first_and_notes_and_columns_of_the_users_stay(made_up: FilingRun) -> None:
    first: LogRow = {"run": "old", NOTE: "=agreed with Ann", "reviewer": "Bob", "policies": 5.0}
    table = log(made_up, [first])
    newest, old = rows(table)
    assert newest["run"] == made_up_data().identity("run_id") and NOTE not in newest
    assert old == first
    assert [c.header for c in table.columns][-2:] == [NOTE, "reviewer"]


def test_a_run_again_logs_again(made_up: FilingRun) -> None:
    once = rows(log(made_up, []))
    assert rows(log(made_up, once)) == once * 2  # type: ignore[arg-type]


def test_old_rows_drop_off(made_up: FilingRun) -> None:
    earlier: list[LogRow] = [{"run": str(i)} for i in range(MOST_RUNS + 5)]
    found = rows(log(made_up, earlier))
    assert len(found) == MOST_RUNS and found[-1] == {"run": str(MOST_RUNS - 2)}


def test_a_result_of_zero_is_a_result() -> None:
    run = made_up_run(rate_increase_cap=0.0)
    page = run_log_page([], made_up_data(rate_increase_cap=0.0), record(run))
    assert rows(page.tables[0])[0]["average increase"] == 0.0
