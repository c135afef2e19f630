"""Reading an in-force file part by part: the same records, the same messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from xl_ltc.errors import InputError
from xl_ltc.inforce import parts
from xl_ltc.inforce.control_totals import added_totals, control_totals
from xl_ltc.inforce.parts import batches, check_ids_once, parts_of
from xl_ltc.inforce.read import read_inforce
from xl_ltc.inforce.validate import InforceRules, check_inforce

Make = Callable[..., pd.DataFrame]


def saved(frame: pd.DataFrame, path: Path, row_group: int) -> Path:
    frame.to_parquet(path, index=False, row_group_size=row_group)
    return path


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40, 100])
@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_the_batches_of_all_parts_are_the_file(tmp_path: Path, make_policies: Make, count: int, size: int) -> None:
    path = saved(make_policies(40), tmp_path / "inforce.parquet", 9)
    found = parts_of(path, count)
    assert sum(part.records for part in found) == 40
    tables = [table.frame for part in found for table in batches(part, size)]
    assert max(map(len, tables)) <= size
    whole = read_inforce(path).frame
    pd.testing.assert_frame_equal(pd.concat(tables).reset_index(drop=True).astype(str), whole.astype(str))


def test_parts_begin_where_row_groups_do_if_there_are_enough(tmp_path: Path, make_policies: Make) -> None:
    path = saved(make_policies(40), tmp_path / "inforce.parquet", 9)
    assert [part.first for part in parts_of(path, 3)] == [0, 9, 27]
    assert [part.first for part in parts_of(path, 8)] == [0, 5, 10, 15, 20, 25, 30, 35]


def test_a_file_that_was_changed_since_is_not_read_on(tmp_path: Path, make_policies: Make) -> None:
    path = saved(make_policies(40), tmp_path / "inforce.parquet", 9)
    (part,) = parts_of(path)
    saved(make_policies(90), path, 9)
    with pytest.raises(InputError, match="found a file of"):
        next(batches(part))


def test_ids_of_other_parts_are_found_as_in_the_whole_file(
    tmp_path: Path, make_policies: Make, rules: InforceRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "POLICIES_A_BATCH", 7)
    frame = make_policies(40)
    frame.loc[[30, 39], "policy_id"] = frame.loc[2, "policy_id"]
    frame.loc[12, "policy_id"] = f" {frame.loc[11, 'policy_id']}  "
    frame.loc[[20, 21], "policy_id"] = ["", None]
    path = saved(frame, tmp_path / "inforce.parquet", 9)
    with pytest.raises(InputError) as of_whole:
        check_inforce(read_inforce(path), rules)
    with pytest.raises(InputError) as of_parts:
        check_ids_once(path)
    twice = {str(p) for p in of_whole.value.problems if "second time" in str(p)}
    assert {str(p) for p in of_parts.value.problems} == twice
    assert of_parts.value.total == len(twice) == 3


def test_whole_numbers_are_ids_too(tmp_path: Path, make_policies: Make) -> None:
    frame = make_policies(40)
    frame["policy_id"] = np.arange(40)
    check_ids_once(saved(frame, tmp_path / "inforce.parquet", 9))
    frame.loc[39, "policy_id"] = 3
    with pytest.raises(InputError, match=r"record 40, .*policy 3: found '3' a second time \(first in .*record 4\)"):
        check_ids_once(saved(frame, tmp_path / "inforce.parquet", 9))


def test_ids_of_one_hash_are_not_taken_for_the_same(
    tmp_path: Path, make_policies: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_hashes", lambda ids: np.zeros(len(ids.blank), dtype=np.uint64))
    check_ids_once(saved(make_policies(40), tmp_path / "inforce.parquet", 9))


@pytest.mark.parametrize("change", ["columns", "rows", "ending", "missing"])
def test_a_file_without_policies_to_read_is_refused(tmp_path: Path, make_policies: Make, change: str) -> None:
    frame, path = make_policies(4), tmp_path / ("inforce.csv" if change == "ending" else "inforce.parquet")
    frame = frame.drop(columns="sex") if change == "columns" else frame.iloc[: 0 if change == "rows" else 4]
    if change != "missing":
        saved(frame, path, 9)
    words = {"columns": "no column sex", "rows": "no rows", "ending": "'.csv'", "missing": "no such file"}
    with pytest.raises(InputError, match=words[change]):
        parts_of(path)


def test_control_totals_add_up(make_policies: Make, rules: InforceRules, tmp_path: Path) -> None:
    path = saved(make_policies(200), tmp_path / "inforce.parquet", 9)
    whole = control_totals(check_inforce(read_inforce(path), rules))
    of_parts = [
        control_totals(check_inforce(table, rules, whole=False))
        for part in parts_of(path, 6)
        for table in batches(part, 11)
    ]
    found = added_totals(of_parts, rules.vocabulary["series"])
    pd.testing.assert_frame_equal(found, whole, rtol=1e-12)
    assert pq.ParquetFile(path).metadata.num_rows == found.loc["Total", "policies"]
