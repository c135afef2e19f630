"""How far two results are from each other: a worked example, and what is no number."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.workbook.actions.provenance.differences import TOLERANCE, between_files, between_frames, between_records


def frame(*values: object) -> pd.DataFrame:
    return pd.DataFrame({"year": range(len(values)), "claims": [str(v) for v in values]})


def test_the_largest_is_told_with_its_place() -> None:
    found = between_frames(frame(1.0, 200.0, 3.0), frame(1.0, 201.0, 3.003))
    assert found.relative == pytest.approx(1.0 / 201.0)
    assert found.place == "line 2, column claims: 200.0, now 201.0"
    assert not found.agrees


@pytest.mark.parametrize(
    ("before", "after", "relative"),
    [
        ("Pass", "Fail", math.inf),
        ("", "0", math.inf),
        ("1.0", "", math.inf),
        ("nan", "nan", 0.0),
        ("inf", "1.0", math.inf),
        ("0", "0.0", 0.0),
        ("0", "1e-300", 1.0),
        ("1", "1.0", 0.0),
        ("-1", "1", 2.0),
        ("1.0", "1.0000000000000002", 2.220446049250313e-16),
    ],
)
def test_of_two_values(before: str, after: str, relative: float) -> None:
    found = between_frames(frame(before), frame(after))
    assert found.relative == pytest.approx(relative)
    assert found.agrees is (relative <= TOLERANCE)


def test_other_lines_or_columns_never_agree() -> None:
    assert between_frames(frame(1, 2), frame(1)).place == "2 lines, now 1"
    assert not between_frames(frame(1), frame(1).rename(columns={"claims": "premium"})).agrees
    assert between_frames(frame(), frame()).agrees


@given(st.floats(1e-6, 1e12), st.floats(-1e-9, 1e-9))
def test_it_is_the_relative_difference(value: float, by: float) -> None:
    found = between_frames(frame(repr(value)), frame(repr(value * (1.0 + by))))
    other = value * (1.0 + by)
    assert found.relative == pytest.approx(abs(value - other) / max(value, other), rel=1e-9)


def test_files_of_both_kinds(tmp_path: Path) -> None:
    policies = pd.DataFrame(
        {"policy_id": ["a", "b"], "premium": [1.0, 2.0], "date": pd.to_datetime(["2020-01-01"] * 2)}
    )
    for name, premium in (("one", 1.0), ("two", 1.0 + 1e-9)):
        policies.assign(premium=[premium, 2.0]).to_parquet(tmp_path / f"{name}.parquet")
        policies.assign(premium=[premium, 2.0]).to_csv(tmp_path / f"{name}.csv", index=False)
    for ending in ("parquet", "csv"):
        same = between_files(tmp_path / f"one.{ending}", tmp_path / f"one.{ending}")
        assert same.relative == 0.0 and not same.place
        assert between_files(tmp_path / f"one.{ending}", tmp_path / f"two.{ending}").relative == pytest.approx(1e-9)


def test_entries_of_records() -> None:
    before = {"settings": {"a": 1, "b": "x"}, "results": {"ratio": 1.5, "passed": True}, "seconds": 1}
    now = {
        "settings": {"a": 1.0, "c": "x"},
        "results": {"ratio": np.nextafter(1.5, 2.0), "passed": False},
        "seconds": 2,
    }
    found = list(between_records(before, now, ("settings", "results")))
    assert found == [
        ("settings.b", "x", None),
        ("results.passed", True, False),
        ("settings.c", None, "x"),
    ]
