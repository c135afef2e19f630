"""Policies of ranges, of files and of the illustrative block; what LTC_PROJECT and LTC_TRACE make of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from tests.small_filing import control_frame, write_table
from tests.udfs.cases.projection import FLOWS, HEADER, OLD, block, options, policy, settings
from xl_ltc import settings as settings_module
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.illustration.block import illustrate
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.history import HISTORY
from xl_ltc.inforce.read import write_inforce
from xl_ltc.projection.project import project
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings
from xl_ltc_udfs import basis as basis_module
from xl_ltc_udfs import policies as policies_module
from xl_ltc_udfs.basis import Basis, assumption_set
from xl_ltc_udfs.call import Result, call
from xl_ltc_udfs.cells import OMITTED, CellError, Rows
from xl_ltc_udfs.file_version import file_version
from xl_ltc_udfs.functions import projection
from xl_ltc_udfs.policies import block_of, one_policy
from xl_ltc_udfs.problems import ArgumentError, CallError, Unavailable

FILES = ("policies.parquet", "policies.csv", "policies.xlsx")


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    for kept in (policies_module._of_file, basis_module.assumption_set, basis_module._inputs):
        kept.cache_clear()
    yield


@pytest.fixture(scope="module")
def some(random_block: Callable[..., Block]) -> Block:
    return random_block(40, seed=5)


@pytest.fixture(scope="module")
def folder(some: Block, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policies in every kind of file."""
    made = tmp_path_factory.mktemp("policies")
    write_inforce(some, made / "policies.parquet")
    write_inforce(some, made / "policies.csv")
    with xlsxwriter.Workbook(str(made / "policies.xlsx")) as book:
        write_table(book, book.add_worksheet("Policies"), some.frame, 2, 1)
    return made


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved assumption workbook: everybody lapses at 10% a year, three years are projected."""
    frames = input_frames()
    frames["lapse_lifetime_pay"] = frames["lapse_lifetime_pay"].assign(single=0.1, partnered=0.1)
    is_years = frames["settings"]["setting"] == "projection_years"
    frames["settings"].loc[is_years, "value"] = "3"
    return write(tmp_path_factory.mktemp("assumptions") / "assumptions.xlsx", frames)


def input_frames() -> dict[str, pd.DataFrame]:
    """The tables of an assumption workbook: the bundled assumptions, the filing's settings, a year of history."""
    frames = {name: raw.frame for name, raw in bundled_tables().items()}
    described = settings_module.describe()
    frames["settings"] = pd.DataFrame(
        {"setting": [s["name"] for s in described], "value": [str(s["default"]) for s in described]}
    )
    frames["control"] = control_frame()
    frames["history"] = pd.DataFrame(
        [[2016, "400", 0.04, 10.0, 9.0, 1.0, 5.0]], columns=[c.name for c in HISTORY.columns]
    )
    return frames


def write(path: Path, frames: dict[str, pd.DataFrame]) -> Path:
    """A workbook with each frame as an Excel table of its name, all beside one another."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, left = book.add_worksheet(), 0
        for name, frame in frames.items():
            right = left + len(frame.columns) - 1
            headers = [{"header": str(column)} for column in frame.columns]
            sheet.add_table(
                0, left, len(frame), right, {"name": name, "columns": headers, "data": frame.to_numpy().tolist()}
            )
            left = right + 2
    return path


def as_range(policies: Block) -> Rows:
    """A block as a worksheet holds it, dates as dates."""
    return [list(policies.frame.columns), *(list(row) for row in policies.frame.to_numpy(dtype=object).tolist())]


def table(result: Result) -> pd.DataFrame:
    """A spilled result with its header row."""
    assert not any(isinstance(cell, CellError) for cell in result.rows[0]), result.single.reason
    return pd.DataFrame(result.rows[1:], columns=result.rows[0])


def test_a_range_gives_its_policies(some: Block) -> None:
    pd.testing.assert_frame_equal(block_of("policies", as_range(some), Basis()).frame, some.frame)
    without_header = as_range(some)[1:]
    pd.testing.assert_frame_equal(block_of("policies", without_header, Basis()).frame, some.frame)


def test_columns_in_any_order(some: Block) -> None:
    mixed = [row[::-1] for row in as_range(some)]
    pd.testing.assert_frame_equal(block_of("policies", mixed, Basis()).frame, some.frame)


@pytest.mark.parametrize("file", FILES)
def test_a_file_gives_its_policies(some: Block, folder: Path, file: str) -> None:
    pd.testing.assert_frame_equal(block_of("policies", [[str(folder / file)]], Basis()).frame, some.frame)


@pytest.mark.parametrize("file", FILES)
def test_a_file_gives_what_its_range_gives(some: Block, folder: Path, file: str) -> None:
    two_years = settings(projection_years=2)
    of_range = call("LTC_PROJECT", (as_range(some), "series", two_years)).rows
    assert call("LTC_PROJECT", (str(folder / file), "series", two_years)).rows == of_range


def test_a_file_is_read_once_until_it_is_saved_again(
    some: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "block.parquet"
    write_inforce(some, path)
    first = block_of("policies", [[str(path)]], Basis())
    assert block_of("policies", [[f" {path} "]], Basis()) is first
    monkeypatch.chdir(tmp_path)
    assert block_of("policies", [["block.parquet"]], Basis()) is first
    write_inforce(some.select(np.arange(3)), path)
    os.utime(path, ns=(1, 1))
    assert len(block_of("policies", [[str(path)]], Basis())) == 3
    path.unlink()
    with pytest.raises(Unavailable, match="policies: no file "):
        block_of("policies", [[str(path)]], Basis())


def test_what_is_kept_is_bounded(some: Block, folder: Path) -> None:
    path = str(folder / "policies.parquet")
    for i in range(basis_module.KEPT + 2):
        on = Basis.of(None, settings(projection_years=i + 1))
        assert len(block_of("policies", [[path]], on)) == len(some)
    assert policies_module._of_file.cache_info().currsize == policies_module.KEPT
    assert basis_module.assumption_set.cache_info().currsize == basis_module.KEPT


@pytest.mark.parametrize(("name", "words"), [("policies.txt", "found file ending '.txt'"), ("", "a folder")])
def test_a_file_of_another_kind(tmp_path: Path, name: str, words: str) -> None:
    if name:
        (tmp_path / name).write_text("x")
        assert words in call("LTC_PROJECT", (str(tmp_path / name),)).single.reason
    else:
        assert call("LTC_PROJECT", (str(tmp_path),)).single == CellError("#N/A")


@pytest.mark.parametrize("text", ["a\0b", "x" * 5_000])
def test_a_path_that_no_file_can_have(text: str) -> None:
    with pytest.raises(Unavailable):
        file_version("policies", text)


def test_a_policy_is_found_by_its_id(some: Block) -> None:
    assert one_policy(some, " P000007 ").frame["policy_id"].tolist() == ["P000007"]
    with pytest.raises(Unavailable, match="no policy 'p000007' among 40 policies"):
        one_policy(some, "p000007")


@pytest.mark.parametrize("cell", ["", None, CellError("#N/A"), float("inf"), "#REF!"])
def test_a_cell_that_names_nothing(cell: Any) -> None:
    with pytest.raises(CallError, match="policies: found"):
        block_of("policies", [[cell]], Basis())


def test_a_range_too_narrow_is_no_policies() -> None:
    with pytest.raises(ArgumentError, match="a range of 1 × 18 cells without a header row"):
        block_of("policies", [policy()[:-1]], Basis())


def test_the_illustrative_block_is_built_once_and_fits_any_assumptions(
    assumptions: AssumptionSet, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = illustrate(assumptions).block
    built = block_of("policies", None, Basis())
    assert built.frame.equals(expected.frame)
    monkeypatch.setattr("xl_ltc.illustration.block.illustrate", lambda _: pytest.fail("built a second time"))
    assert block_of("policies", None, Basis()) is built
    other = block_of("policies", None, Basis.of(str(workbook), None))
    assert other.frame.equals(expected.frame)


def test_a_trace_of_the_illustrative_block(assumptions: AssumptionSet) -> None:
    illustration = illustrate(assumptions).block
    impact = policy_increase(illustration, assumptions).impact
    name = illustration.frame["policy_id"].iloc[12_345]
    expected = trace(illustration, assumptions, impact, name)
    shown = table(call("LTC_TRACE", (name,)))
    assert list(shown) == list(expected)
    for column in expected:
        if column == "policy_id":
            assert (shown[column] == name).all()
        else:
            finite = np.isfinite(expected[column].to_numpy(dtype=float))
            assert shown[column][finite].tolist() == expected[column][finite].tolist()
            assert all(isinstance(cell, CellError) and "infinite" in cell.reason for cell in shown[column][~finite])


def test_the_hazard_of_certain_death_says_why_it_is_no_number() -> None:
    shown = call("LTC_TRACE", (block(policy(**OLD)), OMITTED, settings(projection_years=1)))
    [(row, column, error)] = shown.errors
    assert (row, shown.rows[0][column]) == (2, "mortality_base_hazard")
    assert "infinite: the hazard at the last age of the mortality table, where death is certain" in error.reason


def test_the_segments_of_all_policies_add_up_to_the_projection(some: Block) -> None:
    given, years = as_range(some), settings(projection_years=4, increase_effective_year=2018)
    projected = table(call("LTC_PROJECT", (given, OMITTED, years))).set_index("calendar_year")
    parts = [table(call("LTC_TRACE", (name, given, years))) for name in some.frame["policy_id"]]
    segments = pd.concat(parts)
    by_year = segments.groupby("calendar_year")
    for name in FLOWS:
        if name.startswith("lives"):
            last = segments[segments["segment"] == 2].groupby("calendar_year")
            added = last["lives_end" + name.removeprefix("lives")].sum()
        else:
            added = by_year[name].sum()
        np.testing.assert_allclose(projected[name], added, rtol=1e-11, err_msg=name)


def test_groups_add_up_to_all_policies(some: Block) -> None:
    given, years = as_range(some), settings(projection_years=3)
    everything = table(call("LTC_PROJECT", (given, OMITTED, years))).set_index("calendar_year")
    for by in ("state", "sex, state", "policy_id", "issue_age", "issue_date", "series,premium_payment"):
        columns = [name.strip() for name in by.split(",")]
        groups = table(call("LTC_PROJECT", (given, by, years)))
        assert list(groups) == [*columns, "calendar_year", *FLOWS]
        assert not groups.duplicated([*columns, "calendar_year"]).any()
        expected = {tuple(map(_text, key)) for key in some.frame[columns].itertuples(index=False)}
        assert set(groups[columns].itertuples(index=False, name=None)) == expected
        added = groups.groupby("calendar_year")[FLOWS].sum()
        np.testing.assert_allclose(added, everything[FLOWS], rtol=1e-11)


def _text(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def test_two_copies_of_a_block_double_it(some: Block) -> None:
    given, years = as_range(some), settings(projection_years=3)
    once = table(call("LTC_PROJECT", (given, "series", years)))
    copies = [["copy " + row[0], *row[1:]] for row in given[1:]]
    twice = table(call("LTC_PROJECT", ([*given, *copies], "series", years)))
    np.testing.assert_allclose(twice[FLOWS], 2 * once[FLOWS], rtol=1e-11)


def test_a_saved_workbook_gives_assumptions_and_settings(workbook: Path) -> None:
    given = block(policy())
    on_workbook = table(call("LTC_PROJECT", (given, OMITTED, OMITTED, str(workbook))))
    assert on_workbook["calendar_year"].tolist() == [2017, 2018, 2019]
    shown = table(call("LTC_TRACE", ("P0", given, options(), str(workbook))))
    assert shown["lapse_rate"].tolist() == [0.1] * 4
    assert shown["lives_factor_after"].tolist()[:3] == [1.0] * 3
    assert shown["lives_factor_after"].iloc[3] == pytest.approx(1 - 0.032, rel=1e-15)
    bundled_rates = table(call("LTC_TRACE", ("P0", given, options())))["lapse_rate"].tolist()
    assert bundled_rates == [0.006, 0.005, 0.005, 0.005]


def test_a_workbook_is_read_once_until_it_is_saved_again(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    path.write_bytes(workbook.read_bytes())
    first = assumption_set(Basis.of(str(path), None))
    assert assumption_set(Basis.of(str(path), None)) is first
    one_year = assumption_set(Basis.of(str(path), settings(projection_years=1)))
    assert (one_year.settings.projection_years, first.settings.projection_years) == (1, 3)
    assert basis_module._inputs.cache_info().misses == 1
    frames = input_frames()
    frames["lapse_lifetime_pay"] = frames["lapse_lifetime_pay"].assign(single=0.2, partnered=0.2)
    write(path, frames)
    assert assumption_set(Basis.of(str(path), None)).lapse.lifetime_pay.at(0, 1) == 0.2


def test_a_workbook_with_problems_says_where(tmp_path: Path) -> None:
    frames = input_frames()
    frames["behaviour"].loc[0, "value"] = "much"
    path = write(tmp_path / "bad.xlsx", frames)
    found = call("LTC_PROJECT", (block(policy()), OMITTED, OMITTED, str(path))).single
    assert found == CellError("#VALUE!")
    assert "sheet Sheet1, cell" in found.reason and "found 'much'; allowed: a number from 0 to 10" in found.reason
    (tmp_path / "text.xlsx").write_text("not a workbook")
    assert call("LTC_PROJECT", (block(policy()), OMITTED, OMITTED, str(tmp_path / "text.xlsx"))).single == found


def test_settings_reach_the_projection(some: Block) -> None:
    changed = replace(
        Settings(), projection_years=2, average_lives="constant_force", end_of_mortality_table="last_rate_holds"
    )
    used = bundled(changed)
    expected = project(some, used, policy_increase(some, used).impact)
    given = settings(projection_years=2, average_lives="constant_force", end_of_mortality_table="last_rate_holds")
    shown = table(call("LTC_PROJECT", (as_range(some), OMITTED, given)))
    np.testing.assert_allclose(shown["incurred_claims_after"], expected.total("incurred_claims", "after"), rtol=1e-11)


def test_a_result_that_does_not_fit_a_worksheet(some: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MOST_ROWS", 119)
    given = as_range(some)
    found = call("LTC_PROJECT", (given, "policy_id", settings(projection_years=3))).single
    assert found == CellError("#VALUE!")
    assert (
        "by: found 40 groups of 3 calendar years; allowed: groups and years that make at most 119 rows" in found.reason
    )
    monkeypatch.setattr(projection, "MOST_ROWS", 120)
    assert len(call("LTC_PROJECT", (given, "policy_id", settings(projection_years=3))).rows) == 121


def test_threads_get_the_same(some: Block, folder: Path) -> None:
    path = str(folder / "policies.parquet")
    calls = [
        ("LTC_PROJECT", (path, "state", settings(projection_years=1 + i % 3)))
        if i % 2
        else ("LTC_TRACE", (f"P{i % 7:06d}", path, settings(projection_years=2)))
        for i in range(42)
    ]
    alone = [call(*one).rows for one in calls]
    for kept in (policies_module._of_file, basis_module.assumption_set):
        kept.cache_clear()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda one: call(*one).rows, calls)) == alone


def test_the_header_is_the_in_force_file_s() -> None:
    assert tuple(HEADER) == policies_module.COLUMNS
