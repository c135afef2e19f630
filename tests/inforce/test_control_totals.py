"""Control totals against sums by hand, and what the content hash depends on."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import struct

import numpy as np
import pandas as pd
import pytest

from xl_ltc.inforce.block import Block
from xl_ltc.inforce.control_totals import content_hash, control_totals, manifest_entry
from xl_ltc.inforce.schema import INFORCE


@pytest.fixture
def block(make_policies, rules) -> Block:
    frame = make_policies(4).assign(
        series=["300", "200", "300", "300"],
        issue_date=pd.to_datetime(["2014-05-01", "2013-01-01", "2016-12-31", "2013-02-03"]),
        issue_age=[41, 50, 39, 58],
        daily_benefit=[100.0, 150.5, 200.0, 50.0],
        annualized_premium=[1_000.0, 2_000.25, 0.0, 10.5],
        new_business_premium=[1_500.0, 2_000.0, 300.0, 20.0],
    )
    return Block.from_checked(frame, rules.vocabulary)


def test_totals_by_hand(block):
    totals = control_totals(block)
    assert totals.index.tolist() == ["200", "300", "Total"]
    assert totals["policies"].tolist() == [1, 3, 4]
    assert totals["annualized_premium"].tolist() == [2_000.25, 1_010.5, 3_010.75]
    assert totals["new_business_premium"].tolist() == [2_000.0, 1_820.0, 3_820.0]
    assert totals["daily_benefit"].tolist() == [150.5, 350.0, 500.5]
    assert totals["first_issue_date"].dt.strftime("%Y-%m-%d").tolist() == ["2013-01-01", "2013-02-03", "2013-01-01"]
    assert totals["last_issue_date"].dt.strftime("%Y-%m-%d").tolist() == ["2013-01-01", "2016-12-31", "2016-12-31"]
    assert totals["lowest_issue_age"].tolist() == [50, 39, 39]
    assert totals["highest_issue_age"].tolist() == [50, 58, 58]


def test_manifest_entry_is_plain_json(block):
    entry = json.loads(json.dumps(manifest_entry(block)))
    assert entry["sha256"] == content_hash(block)
    assert entry["control_totals"]["Total"] == {
        "policies": 4,
        "annualized_premium": 3_010.75,
        "new_business_premium": 3_820.0,
        "daily_benefit": 500.5,
        "first_issue_date": "2013-01-01",
        "last_issue_date": "2016-12-31",
        "lowest_issue_age": 39,
        "highest_issue_age": 58,
    }


def test_hash_written_out(block):
    """The documented bytes, one value after the other."""
    stream = b""
    for column in INFORCE.columns:
        values = block.frame[column.name].tolist()
        stream += f"{column.name}:{len(values)};".encode()
        if column.name == "issue_date":
            epoch = dt.date(1970, 1, 1)
            stream += b"".join(struct.pack("<q", (v.date() - epoch).days) for v in values)
        elif column.kind == "text":
            stream += b"".join(struct.pack("<q", len(v.encode())) for v in values)
            stream += b"".join(v.encode() for v in values)
        else:
            stream += b"".join(struct.pack("<d", v) for v in values)
    assert content_hash(block) == hashlib.sha256(stream).hexdigest()


def test_hash_is_the_same_from_any_file(load, policies, rules):
    typed = policies.assign(issue_date=pd.to_datetime(policies["issue_date"]))
    assert content_hash(load(policies)) == content_hash(Block.from_checked(typed, rules.vocabulary))


def test_hash_does_not_depend_on_other_categories(block, rules):
    more = {name: ("Another", *reversed(values)) for name, values in rules.vocabulary.items()}
    assert content_hash(Block.from_checked(block.frame.astype({"series": str}), more)) == content_hash(block)


def test_hash_of_a_part_is_that_of_the_same_policies(block, rules):
    part, same = block.select(np.array([2, 3])), Block.from_checked(block.frame.iloc[2:], rules.vocabulary)
    pd.testing.assert_frame_equal(part.frame, same.frame)
    assert content_hash(part) == content_hash(same)
    assert content_hash(part) != content_hash(block)


def test_negative_zero_is_zero(block):
    frame = block.frame.copy()
    frame["annualized_premium"] = [1_000.0, 2_000.25, -0.0, 10.5]
    assert content_hash(Block(frame)) == content_hash(block)


@pytest.mark.parametrize("column", [c.name for c in INFORCE.columns])
def test_hash_sees_every_column(block, rules, column):
    frame = block.frame.copy()
    values = frame[column].tolist()
    other = {"issue_date": pd.Timestamp("2015-06-06"), "issue_age": 33, "state": "TX", "policy_id": "new"}
    choices = [*rules.vocabulary.get(column, ()), *INFORCE.column(column).allowed]
    values[1] = other.get(column) or next((c for c in choices if c != values[1]), 12.5)
    frame[column] = values
    assert content_hash(Block.from_checked(frame, rules.vocabulary)) != content_hash(block)


def test_hash_sees_where_one_text_ends_and_the_next_begins(block):
    frame, other = block.frame.copy(), block.frame.copy()
    frame["policy_id"], other["policy_id"] = ["ab", "c", "d", "e"], ["a", "bc", "d", "e"]
    assert content_hash(Block(frame)) != content_hash(Block(other))


def test_hash_sees_the_order_of_policies(block):
    assert content_hash(block.select(np.array([1, 0, 2, 3]))) != content_hash(block)
