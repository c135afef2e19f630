"""Files that can't be read, and files that read back as they were written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.inforce import read
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.control_totals import content_hash
from xl_ltc.inforce.read import read_inforce, write_inforce
from xl_ltc.inforce.schema import CODED
from xl_ltc.inforce.validate import check_inforce

FORMATS = "a Parquet file (.parquet), a comma-separated text file (.csv), or a worksheet table (.xlsx, .xlsm)"


def error_of(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_inforce(path)
    return caught.value


@pytest.fixture
def csv_lines(policies, tmp_path) -> list[bytes]:
    policies.to_csv(tmp_path / "source.csv", index=False, lineterminator="\n")
    return (tmp_path / "source.csv").read_bytes().splitlines()


@pytest.fixture
def csv_file(tmp_path):
    """``csv_file(content)``: the file ``inforce.csv`` with these bytes."""

    def make(content: bytes) -> Path:
        path = tmp_path / "inforce.csv"
        path.write_bytes(content)
        return path

    return make


@pytest.mark.parametrize("name", ["inforce.csv", "inforce.parquet"])
def test_no_such_file(tmp_path, name):
    [problem] = error_of(tmp_path / name).problems
    assert (problem.place, problem.found, problem.allowed) == (str(tmp_path / name), "no such file", FORMATS)


@pytest.mark.parametrize("name", ["inforce.txt", "inforce.xlsx", "inforce"])
def test_an_unknown_ending(tmp_path, name):
    (tmp_path / name).write_text("policy_id\n1\n")
    [problem] = error_of(tmp_path / name).problems
    assert (problem.found, problem.allowed) == (f"file ending {Path(name).suffix!r}", FORMATS)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" ,,\r\n,,\r\n"])
def test_an_empty_csv(csv_file, content):
    [problem] = error_of(csv_file(content)).problems
    assert (problem.place, problem.found) == ("inforce.csv", "an empty file")


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_delimiter(csv_file, csv_lines, mark):
    content = b"\n".join(line.replace(b",", mark.encode()) for line in csv_lines)
    # A decimal comma makes rows of several cells below a header of one.
    [problem] = error_of(csv_file(content + b"1,5" + mark.encode())).problems
    assert problem.place == "inforce.csv, row 1"
    assert (problem.found, problem.allowed) == (f"columns separated by {mark!r}", "columns separated by ','")


def test_a_byte_that_is_not_utf8(csv_file, csv_lines):
    csv_lines[4] = csv_lines[4].replace(b"0000003", b"Ren\xe9")
    [problem] = error_of(csv_file(b"\n".join(csv_lines))).problems
    assert (problem.place, problem.found) == ("inforce.csv, row 5", "byte 0xe9, which is not UTF-8 text")
    assert "text in UTF-8" in problem.allowed


def test_utf16(csv_file, csv_lines):
    [problem] = error_of(csv_file(b"\n".join(csv_lines).decode().encode("utf-16"))).problems
    assert (problem.place, problem.found) == ("inforce.csv, row 1", "byte 0xff, which is not UTF-8 text")


def test_rows_of_another_length(csv_file, csv_lines):
    csv_lines[3] += b",more"
    csv_lines[8] = b"0000007,200"
    problems = error_of(csv_file(b"\n".join(csv_lines) + b"\n\n")).problems
    assert [(p.place, p.found) for p in problems] == [
        ("inforce.csv, row 4", "20 cells"),
        ("inforce.csv, row 9", "2 cells"),
    ]
    assert {p.allowed for p in problems} == {"19 cells, as in the header"}


@pytest.mark.parametrize("empty", [b"", b"," * 18])
def test_an_empty_row_in_between(csv_file, csv_lines, empty):
    lines = [*csv_lines[:4], empty, *csv_lines[4:]]
    [problem] = error_of(csv_file(b"\n".join(lines))).problems
    assert (problem.place, problem.found) == ("inforce.csv, row 5", "an empty row")


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n\n", b"\r\n", b"\n" + b"," * 18 + b"\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_ends_and_byte_order_mark(csv_file, csv_lines, policies, start, end):
    table = read_inforce(csv_file(start + b"\n".join(csv_lines) + end))
    assert table.frame["policy_id"].tolist() == policies["policy_id"].tolist()
    assert list(table.frame) == list(policies)


def test_windows_line_ends(csv_file, csv_lines, policies):
    table = read_inforce(csv_file(b"\r\n".join(csv_lines)))
    assert table.frame.iloc[:, -1].astype(float).tolist() == policies.iloc[:, -1].tolist()


def test_cells_of_a_csv_are_its_text(csv_file):
    table = read_inforce(csv_file(b'policy_id,state\n007,NA\n1e5,None\n"a, ""b""\nc",null\nTRUE,\n'))
    assert table.frame["policy_id"].tolist() == ["007", "1e5", 'a, "b"\nc', "TRUE"]
    assert table.frame["state"].tolist() == ["NA", "None", "null", ""]
    # A row keeps its number after a cell of two lines, as on a sheet.
    assert table.locate(3, "state") == "inforce.csv, row 5, column state"


def test_cells_of_two_lines_in_a_large_file(csv_file, make_policies):
    """Larger than the pieces Arrow reads a file in."""
    frame = make_policies(10_000)
    frame["policy_id"] = frame["policy_id"] + "\nwith a second line of its own"
    table = read_inforce(csv_file(frame.to_csv(index=False).encode()))
    assert table.frame["policy_id"].tolist() == frame["policy_id"].tolist()


def test_a_quotation_mark_never_closed(csv_file, csv_lines, make_policies):
    csv_lines[3] = csv_lines[3].replace(b"0000002", b'"0000002')
    many = b"\n".join(make_policies(5_000).to_csv(index=False, header=False).encode().splitlines())
    assert error_of(csv_file(b"\n".join(csv_lines) + b"\n" + many)).problems[0].place == "inforce.csv, row 4"


@pytest.mark.parametrize("content", [b"", b"policy_id,series\n1,200\n", b"PAR1 but no more PAR1"])
def test_a_parquet_file_that_is_none(tmp_path, content):
    path = tmp_path / "inforce.parquet"
    path.write_bytes(content)
    [problem] = error_of(path).problems
    assert problem.place == "inforce.parquet"
    assert problem.found.startswith("a file that can't be read")
    assert problem.allowed == "a Parquet file"


def test_a_directory(tmp_path):
    (tmp_path / "inforce.parquet").mkdir()
    assert error_of(tmp_path / "inforce.parquet").problems[0].found == "a folder, which can't be read as a file"


def test_the_row_labels_of_a_filtered_frame_are_no_column(tmp_path, policies, rules):
    path = tmp_path / "inforce.parquet"
    policies.iloc[[0, 1, 5, 6, 8, 11]].to_parquet(path)
    assert any(name.startswith("__index") for name in pq.read_schema(path).names)
    assert len(check_inforce(read_inforce(path), rules)) == 6


def test_a_parquet_file_of_many_row_groups(tmp_path, make_policies, rules, save):
    frame = make_policies(1_000)
    frame.to_parquet(tmp_path / "inforce.parquet", row_group_size=7)
    save(frame, tmp_path / "inforce.csv")
    blocks = [check_inforce(read_inforce(tmp_path / f"inforce.{e}"), rules) for e in ("parquet", "csv")]
    assert content_hash(blocks[0]) == content_hash(blocks[1])


def test_a_written_block_reads_back_the_same(tmp_path, load, policies, rules, ending):
    block = load(policies)
    path = tmp_path / f"written.{ending}"
    write_inforce(block, path)
    again = check_inforce(read_inforce(path), rules)
    pd.testing.assert_frame_equal(again.frame, block.frame, check_exact=True)
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


ID_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda s: s.strip()
)
PREMIUM = st.floats(0.0, 1e6)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), size=st.integers(1, 30))
def test_any_block_reads_back_the_same(data, size, rules, make_policies):
    frame = make_policies(size, data.draw(st.integers(0, 2**31)))
    frame["policy_id"] = data.draw(st.lists(ID_TEXT, min_size=size, max_size=size, unique_by=str.strip))
    frame["daily_benefit"] = data.draw(st.lists(st.floats(0.0, 5_000.0), min_size=size, max_size=size))
    frame["annualized_premium"] = data.draw(st.lists(PREMIUM, min_size=size, max_size=size))
    frame["new_business_premium"] = data.draw(st.lists(st.floats(5e-324, 1e6), min_size=size, max_size=size))
    frame["issue_date"] = pd.to_datetime(frame["issue_date"])
    block = Block.from_checked(frame, rules.vocabulary)
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("csv", "parquet"):
            path = Path(folder, f"block.{ending}")
            write_inforce(block, path)
            again = check_inforce(read_inforce(path), rules)
            pd.testing.assert_frame_equal(again.frame, block.frame, check_exact=True)
            assert content_hash(again) == content_hash(block)


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, load, policies, ending, monkeypatch):
    block = load(policies)
    path = tmp_path / f"written.{ending}"
    path.write_bytes(b"as it was")

    def fail(table: object, where: Path, **options: object) -> None:
        Path(where).write_bytes(b"half a file")
        raise OSError("disk full")

    monkeypatch.setattr(read.pq, "write_table", fail)
    monkeypatch.setattr(read.pacsv, "write_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        write_inforce(block, path)
    assert path.read_bytes() == b"as it was"
    assert sorted(os.listdir(tmp_path)) == sorted([f"inforce.{ending}", path.name])


def test_writing_another_format(tmp_path, load, policies):
    with pytest.raises(InputError, match=r"file ending '.xls'; allowed: the file ending .parquet or .csv"):
        write_inforce(load(policies), tmp_path / "inforce.xls")


def test_dates_are_written_as_days(tmp_path, load, policies):
    write_inforce(load(policies), tmp_path / "written.parquet")
    assert str(pq.read_schema(tmp_path / "written.parquet").field("issue_date").type) == "date32[day]"


def test_codes_are_written_as_text(tmp_path, load, policies):
    """Whatever reads the file needs no vocabulary, and the codes of another one can't be mistaken for these."""
    write_inforce(load(policies), tmp_path / "written.parquet")
    frame = pd.read_parquet(tmp_path / "written.parquet")
    for name in CODED:
        assert frame[name].astype(str).tolist() == policies[name].tolist()
    assert np.issubdtype(frame["daily_benefit"].dtype, np.float64)
