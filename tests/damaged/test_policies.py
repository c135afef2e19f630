"""Every damaged file of policies ends in one message, or gives the policies of the good one."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.damaged.filing import POLICIES, limited, policies, workbook
from tests.small_filing import files_in
from xl_ltc.cli import INPUT_UNUSABLE, main
from xl_ltc.errors import InputError
from xl_ltc.inforce import parts, read
from xl_ltc.inforce.parts import batches, check_ids_once, parts_of
from xl_ltc.inforce.read import read_inforce
from xl_ltc.inforce.validate import InforceRules, check_inforce
from xl_ltc.projection.rules import rules_of

Change = Callable[[bytes], bytes]
GOOD = ""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbook(tmp_path_factory.mktemp("book") / "book.xlsx")


@pytest.fixture(scope="module")
def rules() -> InforceRules:
    from xl_ltc.assumptions.assumption_set import bundled

    return rules_of(bundled())


def swap(old: bytes, new: bytes) -> Change:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def check_file(book: Path, path: Path, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``xl-ltc check`` and ``run`` with a file of policies; without words it is to be read as the good one."""
    before = files_in(path.parent)
    code = main(["check", str(book), "--inforce", str(path)])
    said = capsys.readouterr()
    if not words:
        assert code == 0 and f"{POLICIES} policies can be run" in said.out, said.out
        return
    assert code == 1 and words in said.out and "; allowed: " in said.out, said.out
    out = path.parent / "out.xlsx"
    assert main(["run", str(book), "--inforce", str(path), "--out", str(out)]) == INPUT_UNUSABLE
    said = capsys.readouterr()
    assert "nothing was written" in said.err and words in said.err and "Traceback" not in said.err
    assert files_in(path.parent) == before


CSV: dict[str, tuple[Change, str]] = {
    "a byte-order mark": (lambda data: b"\xef\xbb\xbf" + data, GOOD),
    "Windows line ends": (lambda data: data.replace(b"\n", b"\r\n"), GOOD),
    "line ends of an old Mac": (lambda data: data.replace(b"\n", b"\r"), GOOD),
    "every cell in quotes": (lambda data: b'"%b"' % data[:-1].replace(b",", b'","').replace(b"\n", b'"\n"'), GOOD),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), "row 1: found byte 0xff, which is not UTF-8 text"),
    "UTF-16 without a mark": (lambda data: data.decode().encode("utf-16-le"), "row 1: found byte 0x00, which is not"),
    "Latin-1": (swap(b"Female", b"F\xe9male"), "row 2: found byte 0xe9, which is not UTF-8 text"),
    "a NUL": (swap(b"P3", b"P\x003"), "row 5: found byte 0x00, which is not UTF-8 text"),
    "semicolons": (lambda data: data.replace(b",", b";"), "columns separated by ';'"),
    "decimal commas": (swap(b"2000.0", b'"2000,00"'), "row 2, column annualized_premium, policy P0: found '2000,00'"),
    "points between thousands": (swap(b"2000.0", b'"2.000,0"'), "annualized_premium, policy P0: found '2.000,0'"),
    "a percent sign": (swap(b"150.0", b"150%"), "column daily_benefit, policy P0: found '150%'"),
    "an American date": (swap(b"2009-03-15", b"03/15/2009"), "column issue_date, policy P0: found '03/15/2009'"),
    "a number for a date": (swap(b"2009-03-15", b"39887"), "column issue_date, policy P0: found '39887'"),
    "a row too long": (swap(b"P1,", b"P1,,"), "row 3: found 20 cells; allowed: 19 cells"),
    "a row too short": (swap(b"P1,500,", b"P1,"), "row 3: found 18 cells; allowed: 19 cells"),
    "a quotation mark never closed": (swap(b"P1,500", b'P1,"500'), "row 3: found 2 cells"),
    "a header twice": (swap(b",sex,", b",issue_age,"), "found 2 columns issue_age"),
    "a Cyrillic letter in a header": (swap(b",sex,", ",s\u0435x,".encode()), "CYRILLIC SMALL LETTER IE"),
    "a Cyrillic letter in a code": (swap(b"Female", "F\u0435male".encode()), "CYRILLIC SMALL LETTER IE"),
    "full-width digits": (swap(b",60,", ",６０,".encode()), "FULLWIDTH DIGIT SIX"),
    "a non-breaking space after a code": (swap(b"Female", "Female\u00a0".encode()), GOOD),
    "an invisible difference of ids": (swap(b"P1,", "P\u200b0,".encode()), "a second time (first in"),
    "not a number": (swap(b"2000.0", b"nan"), "column annualized_premium, policy P0: found 'nan'"),
    "infinity": (swap(b"2000.0", b"inf"), "column annualized_premium, policy P0: found 'inf'"),
    "a number beyond a double": (swap(b"2000.0", b"1e400"), "column annualized_premium, policy P0: found '1e400'"),
    "a negative number": (swap(b"2000.0", b"-2000"), "column annualized_premium, policy P0: found '-2000'"),
    "a formula": (swap(b"2000.0", b"=1000+1000"), "column annualized_premium, policy P0: found '=1000+1000'"),
    "a header alone": (lambda data: data[: data.index(b"\n") + 1], "found no rows"),
    "another file": (lambda _: b"\x89PNG\r\n\x1a\n", "which is not UTF-8 text"),
    "a header of a megabyte": (lambda data: b'"' + b"x" * (1 << 20) + b'"' + data, "row 1: found a header that can't"),
}  # fmt: skip


@pytest.mark.parametrize("name", CSV)
def test_a_damaged_csv_is_told(name: str, book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change, words = CSV[name]
    path = tmp_path / "policies.csv"
    path.write_bytes(change(policies().to_csv(index=False, lineterminator="\n").encode()))
    check_file(book, path, words, capsys)


def column(name: str, values: pa.Array) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.column_names.index(name), name, values)


EIGHT = range(1, POLICIES + 1)
FAR = pa.array([2**31 - 1, *[0] * 7], pa.int32()).cast(pa.date32())
PARQUET: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "lists": (column("sex", pa.array([["Female"]] * 8)), "column sex: found cells of the type list<"),
    "structures": (column("sex", pa.array([{"a": 1}] * 8)), "column sex: found cells of the type struct<"),
    "bytes": (column("policy_id", pa.array([b"P%d" % i for i in EIGHT])), "policy_id: found cells of the type binary"),
    "times of day": (column("issue_date", pa.array(EIGHT, pa.time32("s"))), "found cells of the type time32"),
    "durations": (column("issue_age", pa.array(EIGHT, pa.duration("s"))), "found cells of the type duration"),
    "booleans": (column("issue_age", pa.array([True] * 8)), "column issue_age, policy P0: found True"),
    "nothing": (column("issue_age", pa.nulls(8)), "column issue_age, policy P0: found nothing (blank)"),
    "not a number": (column("issue_age", pa.array([np.nan] * 8)), "column issue_age, policy P0: found nothing"),
    "a date no calendar has": (column("issue_date", FAR), "record 1, column issue_date: found a date beyond the years"),
    "decimals": (column("daily_benefit", pa.array([Decimal("150.00")] * 8)), GOOD),
    "large text": (column("sex", pa.array(["Female"] * 8, pa.large_string())), GOOD),
    "categories": (column("sex", pa.array(["Female"] * 8).dictionary_encode()), GOOD),
    "small whole numbers": (column("issue_age", pa.array([60] * 8, pa.uint8())), GOOD),
    "times": (column("issue_date", pa.array([np.datetime64("2009-03-15T23:59:59", "us")] * 8)), GOOD),
    "metadata that is no JSON": (lambda table: table.replace_schema_metadata({b"pandas": b"\xff{"}), GOOD),
}  # fmt: skip


@pytest.mark.parametrize("name", PARQUET)
def test_a_damaged_parquet_file_is_told(
    name: str, book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rules: InforceRules
) -> None:
    change, words = PARQUET[name]
    path = tmp_path / "policies.parquet"
    pq.write_table(change(pa.Table.from_pandas(policies(), preserve_index=False)), path)
    check_file(book, path, words, capsys)
    if words:
        with pytest.raises(InputError) as error:
            by_parts(path, rules)
        assert words in str(error.value)
    else:
        assert by_parts(path, rules) == POLICIES


def by_parts(path: Path, rules: InforceRules) -> int:
    """How many policies a reading in parts gives."""
    check_ids_once(path)
    found = [check_inforce(batch, rules, whole=False) for part in parts_of(path, 2) for batch in batches(part, 3)]
    return sum(map(len, found))


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    path = tmp_path / "policies.parquet"
    policies().to_parquet(path, index=False)
    return path


@pytest.mark.parametrize("keep", [0, 3, 4, 8, 500, -1, -4, -9])
def test_a_truncated_parquet_file(keep: int, parquet: Path, rules: InforceRules) -> None:
    parquet.write_bytes(parquet.read_bytes()[:keep])
    for reading in (lambda: check_inforce(read_inforce(parquet), rules), lambda: by_parts(parquet, rules)):
        with pytest.raises(InputError, match=r"policies.parquet: found a file that can't be read"):
            reading()


def test_text_that_is_no_utf8(parquet: Path, rules: InforceRules) -> None:
    table = pa.Table.from_pandas(policies(), preserve_index=False)
    pq.write_table(column("state", pa.array([b"MARK!"] * 8))(table), parquet, compression=None, use_dictionary=False)
    # Bytes that are said to be text, as another program may have written them.
    raw = pq.read_table(parquet).column("state").combine_chunks()
    broken = pa.array([b"\xff\xfe"] * 8).view(pa.string())
    assert len(raw) == len(broken)
    pq.write_table(column("state", broken)(table), parquet)
    with pytest.raises(InputError, match=r"policies.parquet: found damaged cells \(.*UTF8"):
        check_inforce(read_inforce(parquet), rules)


def test_a_file_that_claims_more_policies_than_can_be_read(parquet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MOST_POLICIES_AT_ONCE", POLICIES - 1)
    with pytest.raises(InputError, match=r"found 8 policies; allowed: at most 7 at a time; .*--partitions auto"):
        read_inforce(parquet)


@pytest.mark.parametrize("name", ["folder.csv", "folder.parquet", "folder.xlsx"])
def test_a_folder_in_place_of_a_file(name: str, book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).mkdir()
    check_file(book, tmp_path / name, "found a folder, which can't be read as a file", capsys)


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("to", ["device", "pipe", "itself", "nothing", "file"])
def test_links_devices_and_pipes(
    ending: str, to: str, book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"link.{ending}"
    words = "no such file"
    if to == "pipe":
        os.mkfifo(path)
    if to in ("device", "pipe"):
        words = "a device or a pipe, which can't be read as a file"
    if to == "itself":
        words = "a file that can't be read ("
    if to == "file":
        words, target = GOOD, tmp_path / f"good.{ending}"
        write = {"csv": policies().to_csv, "parquet": policies().to_parquet}
        workbook(target) if ending == "xlsx" else write[ending](target, index=False)
        path.symlink_to(target)
    elif to != "pipe":
        path.symlink_to({"device": "/dev/zero", "itself": path, "nothing": tmp_path / "none"}[to])
    code = main(["check", str(book), "--inforce", str(path)])
    said = capsys.readouterr().out
    assert (code, words in said) == (0 if to == "file" else 1, True), said


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "a\0b.csv"])
def test_a_name_no_file_can_have(name: str, book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(book), "--inforce", str(tmp_path / name)]) == 1
    assert ": found " in capsys.readouterr().out


@pytest.mark.slow
def test_a_cell_of_100_megabytes_takes_bounded_memory(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "policies.csv"
    path.write_bytes(swap(b"P3", b"P" * 100_000_000)(policies().to_csv(index=False).encode()))
    done = limited("check", book, "--inforce", path)
    assert done.returncode == 1 and "row 5: found a cell without end" in done.stdout and not done.stderr.count("Trace")


def many(path: Path, records: int, **columns: pa.Array) -> Path:
    """The first policy so many times over in a small file: each value stands once; ``columns``: of one value."""
    table = pa.Table.from_pandas(policies(), preserve_index=False)
    values = {name: table.column(name).combine_chunks().slice(0, 1) for name in table.column_names} | columns
    codes = pa.array(np.zeros(records, np.int32))
    coded = {name: pa.DictionaryArray.from_arrays(codes, value) for name, value in values.items()}
    pq.write_table(pa.table(coded).replace_schema_metadata(), path, store_schema=False)
    return path


def refusals(path: Path, rules: InforceRules) -> tuple[str, str]:
    """The messages of reading a file as a whole and in parts."""
    said = []
    for reading in (lambda: check_inforce(read_inforce(path), rules), lambda: by_parts(path, rules)):
        with pytest.raises(InputError) as error:
            reading()
        said.append(str(error.value))
    return said[0], said[1]


def test_long_ids_that_stand_once_are_not_multiplied(tmp_path: Path, rules: InforceRules) -> None:
    path = many(tmp_path / "policies.parquet", 50_000, policy_id=pa.array(["P" * 100_000]))
    assert path.stat().st_size < 1_000_000
    before = pa.total_allocated_bytes()
    for words in refusals(path, rules):
        assert "policy_id: found 5,000,000,000 bytes of policy ids, 100,000 a policy; allowed: at most" in words
    assert pa.total_allocated_bytes() - before < 100_000_000


def test_long_texts_of_other_columns_are_not_multiplied(tmp_path: Path, rules: InforceRules) -> None:
    path = many(tmp_path / "policies.parquet", 50_000, notes=pa.array(["x" * 100_000]), policy_id=pa.array(["P"]))
    whole, parts = refusals(path, rules)
    assert "unknown column 'notes'" in whole and "policy_id, policy P: found " in parts


def test_ids_in_codes_are_read_as_others(tmp_path: Path) -> None:
    table = pa.Table.from_pandas(policies(), preserve_index=False)
    frames = []
    delta = {"use_dictionary": False, "column_encoding": {"policy_id": "DELTA_BYTE_ARRAY", "sex": "DELTA_BYTE_ARRAY"}}
    for name, given in {"plain": {"use_dictionary": False}, "codes": {}, "delta": delta, "large": {}}.items():
        if name == "large":
            table = column("policy_id", table.column("policy_id").cast(pa.large_string()))(table)
        pq.write_table(table, tmp_path / f"{name}.parquet", **given)
        frames.append(read_inforce(tmp_path / f"{name}.parquet").frame["policy_id"].tolist())
    assert frames == [[f"P{i}" for i in range(POLICIES)]] * 4


@pytest.mark.parametrize(
    ("limit", "most", "words"),
    [
        ("MOST_COLUMNS", 18, "found 19 columns; allowed: at most 18 columns"),
        ("MOST_CELLS_AT_ONCE", 8 * 19 - 1, "found 8 policies of 19 columns; allowed: at most 151 cells at a time"),
    ],
)
def test_more_columns_or_cells_than_can_be_read(
    limit: str, most: int, words: str, parquet: Path, rules: InforceRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, limit, most)
    with pytest.raises(InputError, match=words):
        read_inforce(parquet)
    if limit == "MOST_COLUMNS":
        with pytest.raises(InputError, match=words):
            by_parts(parquet, rules)


def test_more_policies_than_can_be_read_in_parts(
    parquet: Path, rules: InforceRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST_POLICIES", POLICIES - 1)
    with pytest.raises(InputError, match="found 8 policies; allowed: at most 7"):
        by_parts(parquet, rules)


def test_a_file_of_many_equal_ids_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "POLICIES_A_BATCH", 100)
    monkeypatch.setattr(parts, "MAX_KEPT", 10)
    path = many(tmp_path / "policies.parquet", 10_000)
    with pytest.raises(InputError) as error:
        check_ids_once(path)
    assert len(error.value.problems) == 10 and error.value.total == 99
    assert "record 2, column policy_id, policy P0: found 'P0' a second time (first in" in str(error.value)


def test_too_little_memory_for_a_file_is_said(
    parquet: Path, rules: InforceRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise pa.ArrowMemoryError("realloc of size 8 failed")

    monkeypatch.setattr(read.pq, "read_table", none)
    with pytest.raises(InputError, match=r"in the memory there is \(realloc .*--partitions auto reads one in parts"):
        read_inforce(parquet)


def test_too_little_memory_is_said(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("xl_ltc.workbook.actions.run_workbook", none)
    assert main(["run", str(book)]) == INPUT_UNUSABLE
    assert "there is not enough memory for this" in capsys.readouterr().err


def claimed(path: Path, policies: int) -> Path:
    """A file of a million equal policies that claims more: every footer entry leads to the same bytes."""
    many(path, 1_000_000)
    metadata = pq.read_metadata(path)
    while metadata.num_rows < policies:
        metadata.append_row_groups(metadata if 2 * metadata.num_rows <= policies else pq.read_metadata(path))
    footer = path.with_suffix(".footer")
    metadata.write_metadata_file(footer)
    data = path.read_bytes()
    path.write_bytes(data[: -8 - int.from_bytes(data[-8:-4], "little")] + footer.read_bytes()[4:])
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("millions", "command", "words"),
    [
        (1_000, "check", "policies; allowed: at most 50,000,000"),
        (40, "run", "a second time"),
    ],
)
def test_a_small_parquet_file_of_many_policies_takes_bounded_memory(
    millions: int, command: str, words: str, book: Path, tmp_path: Path
) -> None:
    path = claimed(tmp_path / "policies.parquet", millions * 1_000_000)
    assert path.stat().st_size < 3_000_000
    results = ("--results", tmp_path / "results", "--partitions", "auto") if command == "run" else ()
    done = limited(command, book, "--inforce", path, *results)
    said = done.stdout + done.stderr
    assert done.returncode == (1 if command == "check" else INPUT_UNUSABLE) and words in said, said
    assert "Traceback" not in said and not (tmp_path / "results").exists()
