"""Reading and writing the in-force file: Parquet, and comma-separated text in UTF-8.

A file is read as it stands; what its cells mean is for ``xl_ltc.inforce.validate``. A worksheet table is read by
``xl_ltc.workbook`` into the same ``InputTable``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from xl_ltc.errors import InputError, Problem, shown
from xl_ltc.files import written_whole
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.input_files import check_file, file_bytes
from xl_ltc.tables import InputTable, Locator, file_locator

_FORMATS = "a Parquet file (.parquet), a comma-separated text file (.csv), or a worksheet table (.xlsx, .xlsm)"
FEW_VALUES = [c.name for c in INFORCE.columns if c.kind == "text" and c.name != "policy_id"]
"""Columns that are read as codes."""
POLICIES_A_ROW_GROUP = 100_000
"""A file in such row groups can be read in parts by several machines."""
MOST_CSV_BYTES = 1 << 31
"""Of a CSV, which is held in memory several times over; it is some ten million policies. More go into Parquet."""
MOST_PARQUET_BYTES = 1 << 40
"""Of a Parquet file; what it holds is bounded by ``MOST_POLICIES_AT_ONCE`` or read in parts."""
MOST_POLICIES_AT_ONCE = 50_000_000
"""Of a Parquet file that is read as a whole; a few kilobytes can claim any number. More are read by partitions."""
MOST_COLUMNS = 1_000
"""Of a Parquet file; those of a policy are some twenty, others are refused or left out."""
MOST_CELLS_AT_ONCE = 2_000_000_000
"""Of a Parquet file that is read as a whole: the most policies, of forty columns."""
MOST_ID_BYTES = 1 << 31
"""Of all policy ids read at a time. In a file a long one stands once, however many policies have it."""
LONGEST_HEADER = 1 << 20
"""Characters of a CSV's header row; the columns of a policy take some three hundred."""
_CELLS = "text, whole numbers, numbers, dates or yes/no values, one in a cell"
_DAYS = (np.datetime64("0001-01-01"), np.datetime64("9999-12-31"))
_ID = "policy_id"
_ONE_BY_ONE = {"PLAIN", "RLE", "BIT_PACKED"}
"""The encodings of a column each value of which is stored: of values, and of which of them are missing."""
_NEVER_CODES = {"DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"}
"""The encodings that pyarrow does not read as codes; in the first a text is stored as what differs from the last."""
_PANDAS_INDEX = re.compile(r"^__index_level_\d+__$")


def read_inforce(path: Path) -> InputTable:
    """The in-force file as raw cells with their places.

    Args:
        path: a ``.parquet`` file, or a ``.csv`` file: UTF-8 with or without a byte-order mark, commas, one header
            row. Blank lines at the end of a CSV are left out.

    Returns:
        The columns as the file has them, in pandas' Arrow types; every CSV cell is text. Places are
        ``file.csv, row 12, column issue_age``, row 1 being the header as a spreadsheet shows it, or
        ``file.parquet, record 11, column issue_age``, the first policy being record 1.

    Raises:
        InputError: no such file, another format, an empty or undecodable file, another delimiter, rows of another
            length than the header, empty rows in between.
    """
    path = Path(path)
    readers = {".parquet": _read_parquet, ".csv": _read_csv}
    if path.suffix.lower() not in readers:
        raise InputError.single(str(path), f"file ending {path.suffix!r}", _FORMATS)
    check_file(path, MOST_PARQUET_BYTES, _FORMATS)
    return readers[path.suffix.lower()](path)


def record_locator(file: str, first: int = 0) -> Locator:
    """Places in a file without lines: record 1 is the first policy; row 0 is that after so many (``first``)."""

    def locate(row: int | None, column: str | None) -> str:
        parts = [file]
        if row is not None:
            parts.append(f"record {first + row + 1}")
        if column is not None:
            parts.append(f"column {column}")
        return ", ".join(parts)

    return locate


def _read_parquet(path: Path) -> InputTable:
    with reading_parquet(path):
        with pq.ParquetFile(path) as file:
            policies, columns = file.metadata.num_rows, check_width(path, file)
            codes = as_codes(file)
        if policies > MOST_POLICIES_AT_ONCE:
            allowed = f"at most {MOST_POLICIES_AT_ONCE:,} at a time; more by xl-ltc run --partitions auto"
            raise InputError.single(path.name, f"{policies:,} policies", allowed)
        if policies * columns > MOST_CELLS_AT_ONCE:
            found = f"{policies:,} policies of {columns:,} columns"
            raise InputError.single(path.name, found, f"at most {MOST_CELLS_AT_ONCE:,} cells at a time")
        table = pq.read_table(path, read_dictionary=codes)
        check_count(path, len(table), policies)
        return raw_policies(table, record_locator(path.name))


def check_width(path: Path, file: pq.ParquetFile) -> int:
    """The columns of a Parquet file; raises InputError for more than ``MOST_COLUMNS``."""
    columns = len(file.schema_arrow)
    if columns > MOST_COLUMNS:
        raise InputError.single(path.name, f"{columns:,} columns", f"at most {MOST_COLUMNS:,} columns")
    return columns


def as_codes(file: pq.ParquetFile) -> list[str]:
    """The columns of text to be read as codes, by which text that stands once in the file is not multiplied.

    Ids stored one by one, as ``write_policies`` stores them, are read as they are, which is quicker.
    """
    texts = {field.name for field in file.schema_arrow if _is_text(field.type)}
    columns = {name: i for i in range(file.metadata.num_columns) if (name := file.metadata.schema.column(i).path)}
    encodings: dict[str, set[str]] = {name: set() for name in texts}
    for group in map(file.metadata.row_group, range(file.metadata.num_row_groups)):
        for name in texts:
            encodings[name].update(group.column(columns[name]).encodings)
    return [
        name
        for name, stored in encodings.items()
        if not (stored & _NEVER_CODES or (name == _ID and stored <= _ONE_BY_ONE))
    ]


def check_count(path: Path, found: int, said: int) -> None:
    """Raises InputError unless a Parquet file gave as many records as it says it has."""
    if found != said:
        raise InputError.single(path.name, f"{found:,} records", f"{said:,}, as the file itself says")


@contextmanager
def reading_parquet(path: Path) -> Iterator[None]:
    """Says in words what pyarrow finds wrong with a Parquet file: its bytes, its types, or its text.

    Raises:
        InputError: whatever pyarrow raised.
    """
    try:
        yield
    # ValueError: names and metadata that are no UTF-8, or no JSON.
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        words = " ".join(str(error).split())
        words = words if len(words) <= 200 else f"{words[:199]}…"
        if isinstance(error, MemoryError):
            found = f"a file that can't be read in the memory there is ({words})"
            allowed = "a Parquet file that fits; xl-ltc run --partitions auto reads one in parts"
            raise InputError.single(path.name, found, allowed) from error
        raise InputError.single(path.name, f"a file that can't be read ({words})", "a Parquet file") from error


def raw_policies(table: pa.Table, locate: Locator) -> InputTable:
    """Columns of a Parquet file as raw cells.

    Raises:
        InputError: a column whose cells are no text, numbers or dates; a date that no calendar has; text that is not
            UTF-8, or other damage; ids that are too long together.
    """
    # pandas writes the row labels of a filtered frame beside its columns.
    table = table.select([i for i, name in enumerate(table.column_names) if not _PANDAS_INDEX.match(name)])
    problems = [
        Problem(locate(None, field.name), f"cells of the type {field.type}", _CELLS)
        for field in table.schema
        if not _is_plain(field.type)
    ]
    if problems:
        raise InputError(problems)
    try:
        table.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError.single(locate(None, None), f"damaged cells ({error})", "a Parquet file") from error
    table = _with_plain_ids(table, locate)
    problems = [problem for name, column in _columns(table) if (problem := _odd_date(name, column, locate))]
    if problems:
        raise InputError(problems)
    return InputTable(_frame(table), locate)


def _with_plain_ids(table: pa.Table, locate: Locator) -> pa.Table:
    """Ids that were read as codes, as text."""
    for i, name in enumerate(table.column_names):
        kind = table.schema.field(i).type
        if name != _ID or not pa.types.is_dictionary(kind) or not _is_text(kind.value_type):
            continue
        chunks = table.column(i).chunks
        sizes = [pc.sum(pc.take(pc.binary_length(c.dictionary), c.indices)).as_py() or 0 for c in chunks]
        if (size := sum(sizes)) > MOST_ID_BYTES:
            found = f"{size:,} bytes of policy ids, {size // len(table):,} a policy"
            raise InputError.single(locate(None, name), found, f"at most {MOST_ID_BYTES:,} bytes")
        table = table.set_column(i, name, table.column(i).cast(kind.value_type))
    return table


def _columns(table: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    return zip(table.column_names, table.columns, strict=True)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_plain(kind: pa.DataType) -> bool:
    """Whether cells of a type are text, a number, a date or a boolean."""
    of = pa.types
    if of.is_dictionary(kind):
        return _is_plain(kind.value_type)
    allowed = (
        of.is_string,
        of.is_large_string,
        of.is_integer,
        of.is_floating,
        of.is_decimal,
        of.is_boolean,
        of.is_date,
        of.is_timestamp,
        of.is_null,
    )
    return any(check(kind) for check in allowed)


def _odd_date(name: str, column: pa.ChunkedArray, locate: Locator) -> Problem | None:
    """The first cell of a column of dates or times that is beyond the years 1 to 9999."""
    if not (pa.types.is_date(column.type) or pa.types.is_timestamp(column.type)):
        return None
    whole = column.cast(pa.int32() if pa.types.is_date32(column.type) else pa.int64())
    unit = {"date32[day]": "D", "date64[ms]": "ms"}.get(str(column.type)) or column.type.unit
    ends = [int(day.astype(f"datetime64[{unit}]").astype(np.int64)) for day in _DAYS] if unit != "ns" else None
    if ends is None:  # nanoseconds in 64 bits reach from 1677 to 2262
        return None
    odd = pc.or_(pc.less(whole, ends[0]), pc.greater(whole, ends[1]))
    if not pc.any(odd).as_py():
        return None
    row = pc.index(odd, True).as_py()
    return Problem(locate(row, name), "a date beyond the years 1 to 9999", "a date of the calendar")


def _read_csv(path: Path) -> InputTable:
    data = file_bytes(path, MOST_CSV_BYTES, _FORMATS)
    locate = file_locator(path.name)
    header = _csv_header(data, path)
    try:
        table = pacsv.read_csv(io.BytesIO(data), **_csv_options(header))
    except pa.ArrowInvalid as error:
        raise InputError(_csv_problems(data, header, path)) from error
    frame = _frame(table)
    empty = _empty_rows(table)
    last = int(np.flatnonzero(~empty).max(initial=-1))
    between = np.flatnonzero(empty[: last + 1])
    if len(between):
        problems = [Problem(locate(int(row), None), "an empty row", "a policy in every row") for row in between]
        raise InputError(problems)
    return InputTable(frame.iloc[: last + 1], locate)


def _csv_header(data: bytes, path: Path) -> list[str]:
    """The column names of a CSV, checked to be text with commas in between."""
    text, wrong = "", -1
    try:
        text = data.decode("utf-8-sig")
        # UTF-16 without a byte-order mark has a NUL in every other byte.
        wrong = data.find(b"\0")
    except UnicodeDecodeError as error:
        wrong = error.start
    if wrong >= 0:
        row = 1 + data.count(b"\n", 0, wrong)
        found = f"byte {data[wrong]:#04x}, which is not UTF-8 text"
        allowed = 'text in UTF-8, Excel\'s "CSV UTF-8 (Comma delimited)"'
        raise InputError.single(f"{path.name}, row {row}", found, allowed)
    if not text.strip("\r\n\t ,"):
        raise InputError.single(path.name, "an empty file", f"a header row and a row for each policy; {_FORMATS}")
    try:
        header = next(csv.reader(io.StringIO(text[:LONGEST_HEADER], newline="")))
    except csv.Error as error:
        raise InputError.single(f"{path.name}, row 1", f"a header that can't be read ({error})", _FORMATS) from None
    other = [mark for mark in (";", "\t", "|") if mark in header[0]]
    if len(header) == 1 and other:
        raise InputError.single(f"{path.name}, row 1", f"columns separated by {other[0]!r}", "columns separated by ','")
    return header


def _csv_options(header: list[str]) -> dict[str, Any]:
    """Every cell as the text that stands in the file; an empty line is a row, so that rows keep their number."""
    return dict(
        parse_options=pacsv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pacsv.ConvertOptions(
            column_types={name: pa.string() for name in header}, strings_can_be_null=False
        ),
    )


def _csv_problems(data: bytes, header: list[str], path: Path) -> list[Problem]:
    """The rows of an unreadable CSV that have not as many cells as its header, or where reading ends."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    problems = []
    number = 0
    try:
        for number, row in enumerate(rows, start=1):
            if row and len(row) != len(header):
                place = f"{path.name}, row {number}"
                problems.append(Problem(place, f"{len(row)} cells", f"{len(header)} cells, as in the header"))
    except csv.Error as error:
        place = f"{path.name}, row {number + 1}"
        most = f"{csv.field_size_limit():,} characters a cell"
        allowed = f"a closing quotation mark for each opened one, and at most {most}"
        problems.append(Problem(place, f"a cell without end ({error})", allowed))
    return problems or [Problem(path.name, "text that can't be read as a table", _FORMATS)]


def _empty_rows(table: pa.Table) -> np.ndarray:
    """Whether every cell of a row is empty."""
    empty = np.ones(len(table), dtype=bool)
    for column in table.columns:
        if not empty.any():
            break
        empty &= pc.equal(column, "").to_numpy()
    return empty


def _frame(table: pa.Table) -> pd.DataFrame:
    # Metadata of pandas is parsed even where it is ignored, and may be damaged.
    return table.replace_schema_metadata().to_pandas(types_mapper=pd.ArrowDtype)


def write_inforce(block: Block, path: Path) -> None:
    """Write a block as an in-force file that reads back as the same block; see ``write_policies``."""
    write_policies(block.frame, path)


def write_policies(frame: pd.DataFrame, path: Path) -> None:
    """Write policies as a file: the columns of a block, and others.

    The file appears whole or not at all: it is written beside ``path`` and then renamed.

    Raises:
        InputError: a file ending other than ``.parquet`` and ``.csv``.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (".parquet", ".csv"):
        raise InputError.single(str(path), f"file ending {shown(path.suffix)}", "the file ending .parquet or .csv")
    with written_whole(path) as part:
        if ending == ".parquet":
            table = _as_arrow(frame)
            repeated = [name for name in table.column_names if name != _ID]
            pq.write_table(table, part, row_group_size=POLICIES_A_ROW_GROUP, use_dictionary=repeated)
        else:
            pacsv.write_csv(_as_arrow(frame), part)


def _as_arrow(frame: pd.DataFrame) -> pa.Table:
    """The columns with dates as dates and codes as their text."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    dates = table.column("issue_date").cast(pa.date32())
    return table.set_column(table.column_names.index("issue_date"), "issue_date", dates)
