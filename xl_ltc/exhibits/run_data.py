"""What a run took and gave, one number a line: what two runs are compared by."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.errors import is_blank
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.headline import LINKED
from xl_ltc.exhibits.table import Cell, Column, Measure, Page, Row, Table, all_tables, live, text
from xl_ltc.experience.study import STUDY_BY_NAME
from xl_ltc.inforce.history import HISTORY
from xl_ltc.settings import as_text
from xl_ltc.tables import TableSpec, label_text

Number = str | float
"""A number, or a text such as a verdict or a choice; nothing is empty text."""
Key = tuple[str, str, str]
"""Table or exhibit, row and column, as a reader sees them."""

RUN_INPUTS, RUN_RESULTS = "run_inputs", "run_results"
INPUT_COLUMNS = ("table", "row", "column", "value")
RESULT_COLUMNS = ("exhibit", "row", "column", "value", "measure")

SHEET = "Run data"
IDENTITY, SETTINGS, INFORCE, HASHES = "run", "settings", "inforce", "hashes"
SETS_CHOSEN = "assumption sets"
"""Tables of the inputs beside the assumption tables and the history."""
VALUE, SHA256 = "value", "sha256"
HASHED = {
    "in-force": ("inforce", "sha256"),
    "assumptions": ("assumptions_sha256",),
    "history": ("history_sha256",),
    "experience and pricing": ("study_sha256",),
    "policies sold": ("policies_sold_sha256",),
    "code": ("code_sha256",),
}
"""What a run knows its inputs and itself again by, and where the manifest has it."""
RUN_ID, STARTED = "run_id", "started"
HEADLINE, RESULT = "Headline results", "Result"

_LABELS: tuple[Measure, ...] = ("text", "year")
_SILENT: tuple[Measure, ...] = ("text", "sign")
_FOOTNOTE_MARK = re.compile(r"\[\d+\]")
_TO_A_DAY = re.compile(r"\s+[Tt]o \d{1,2}/\d{1,2}/\d{4}$")
"""A heading that ends with the valuation date is the same table a year later."""


@dataclass(frozen=True)
class RunData:
    """A run's inputs and results by what they are called; two runs on the same are equal.

    Attributes:
        inputs: the run's identity, settings, every cell of the assumption tables, the history and the study but
            their keys, control totals of the policies in force, hashes. Dates as ISO text.
        results: every number and verdict a reader sees in the exhibits, the headline results first.
        measures: what each result is.
    """

    inputs: Mapping[Key, Number]
    results: Mapping[Key, Number]
    measures: Mapping[Key, Measure] = field(repr=False)

    @classmethod
    def of(cls, run: FilingRun, pages: Sequence[Page], manifest: Mapping[str, Any]) -> RunData:
        """What a run took and gave.

        Args:
            run: what was computed, with its inputs.
            pages: its exhibits.
            manifest: its record.
        """
        results = list(_results(pages))
        return cls(dict(_inputs(run, manifest)), {r.key: r.value for r in results}, {r.key: r.measure for r in results})

    def headline(self, what: str) -> Number | None:
        """A headline result by its name; None where a run has none of that name."""
        return self.results.get((HEADLINE, what, RESULT))

    def identity(self, what: str) -> str:
        """What the run says of itself, such as its id; empty where it does not."""
        return str(self.inputs.get((IDENTITY, what, VALUE), ""))

    @property
    def started(self) -> str:
        """Day and time of the run, as on the clock of who ran it."""
        return self.identity(STARTED)[:19].replace("T", " ")


def run_id(manifest: Mapping[str, Any]) -> str:
    """The name of a run, as its manifest has it; nothing for a manifest without one."""
    return str(manifest.get(RUN_ID, ""))


def run_data_page(data: RunData, pages: Sequence[Page]) -> Page:
    """The sheet a later run and ``xl-ltc compare`` read a run from.

    Args:
        data: of the run.
        pages: its exhibits; every result is linked to the cell that shows it.
    """
    return Page(
        SHEET,
        "What the run took and gave, one number a line; the next run and xl-ltc compare read it.",
        ("Run data",),
        (_input_table(data), _result_table(pages)),
    )


def _input_table(data: RunData) -> Table:
    rows = tuple(
        Row(
            str(i),
            {"table": text(key[0]), "row": text(key[1]), "column": text(key[2]), "value": _pasted(value)},
        )
        for i, (key, value) in enumerate(data.inputs.items())
    )
    return Table(RUN_INPUTS, _columns(INPUT_COLUMNS), rows, "What the run took", named=True)


def _pasted(value: Number) -> Cell:
    """A number is to the right, text runs over the blank cells beside it."""
    return Cell(value, engine=True, measure="text" if isinstance(value, str) else None)


def _result_table(pages: Sequence[Page]) -> Table:
    rows = tuple(
        Row(
            str(i),
            {
                "exhibit": text(found.key[0]),
                "row": text(found.key[1]),
                "column": text(found.key[2]),
                "value": live(f"={{{found.reference}}}", found.value, found.measure),
                "measure": text(found.measure),
            },
        )
        for i, found in enumerate(_results(pages))
    )
    return Table(RUN_RESULTS, _columns(RESULT_COLUMNS), rows, "What the run gave", named=True)


def _columns(names: Iterable[str]) -> tuple[Column, ...]:
    widths = {"table": 34, "exhibit": 34, "row": 44, "column": 44, "value": 20, "measure": 12}
    return tuple(
        Column(name, name, "general" if name == "value" else "text", width=widths[name], wrap=False) for name in names
    )


def _inputs(run: FilingRun, manifest: Mapping[str, Any]) -> Iterator[tuple[Key, Number]]:
    identity = {RUN_ID: run_id(manifest)} | {
        key: manifest.get(key) for key in (STARTED, "scenario", "command", "xl_ltc")
    }
    yield from (((IDENTITY, key, VALUE), _plain(value)) for key, value in identity.items())
    settings = as_text(run.assumptions.settings)
    yield from (((SETTINGS, name, VALUE), _plain(value)) for name, value in settings.items())
    sets = dataclasses.asdict(run.request) | {"steps": ", ".join(run.request.steps)}
    yield from (((SETS_CHOSEN, name, VALUE), _plain(value)) for name, value in sets.items())
    for name, frame in run.assumptions.tables.frames.items():
        yield from _cells(BY_NAME[name], frame)
    yield from _cells(HISTORY, run.history)
    for name, frame in run.study.items():
        yield from _cells(STUDY_BY_NAME[name], frame)
    totals: Mapping[str, Mapping[str, object]] = _found(manifest, ("inforce", "control_totals")) or {}
    for series, by_column in totals.items():
        yield from (((INFORCE, str(series), column), _plain(value)) for column, value in by_column.items())
    hashes = {what: _found(manifest, where) for what, where in HASHED.items()}
    file = _found(manifest, ("inforce", "file_sha256"))
    if file is not None:
        hashes["in-force"] = f"file {file}"  # all that a run by partitions knows; not comparable with that of policies
    yield from (((HASHES, what, SHA256), _plain(digest)) for what, digest in hashes.items())


def _found(manifest: Mapping[str, Any], where: Sequence[str]) -> Any:
    """A value of the manifest by its nested keys, or None."""
    found: Any = manifest
    for key in where:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _cells(spec: TableSpec, frame: pd.DataFrame) -> Iterator[tuple[Key, Number]]:
    """The cells of a table but its key columns, which name the rows."""
    keys = [[_part(spec, name, value) for value in frame[name].tolist()] for name in spec.key]
    rows = _each_once(", ".join(filter(None, parts)) for parts in zip(*keys, strict=True))
    values = {c.name: frame[c.name].tolist() for c in spec.columns if c.name not in spec.key}
    for i, row in enumerate(rows):
        for column, of in values.items():
            yield (spec.name, row, column), _plain(of[i])


def _part(spec: TableSpec, column: str, value: object) -> str:
    """A key's part of the name of a row: text as it is, a number with what it is."""
    if is_blank(value):
        return ""
    words = _one_line(label_text(value))
    return words if spec.column(column).kind == "text" else f"{column} {words}"


def _plain(value: object) -> Number:
    if value is None or is_blank(value):
        return ""
    return float(value) if isinstance(value, int | float) else str(value)


@dataclass(frozen=True)
class _Result:
    """A number of an exhibit: what it is called, the reference of its cell, and what it is."""

    key: Key
    reference: str
    value: Number
    measure: Measure


def _results(pages: Sequence[Page]) -> Iterator[_Result]:
    tables = {table.name: table for table in all_tables(tuple(pages))}
    for what, name, row, column, measure in LINKED:
        value = tables[name].cell(row, column).value
        yield _Result((HEADLINE, what, RESULT), f"{name}!{row}.{column}", _plain(value), measure)
    for page in pages:
        for exhibit, table in zip(_exhibits(page), page.tables, strict=True):
            yield from _shown(exhibit, table)


def _exhibits(page: Page) -> list[str]:
    """What a page's tables are called: by their headings, or, if none has one, by what their rows are."""
    headed = any(table.heading for table in page.tables)
    names = []
    for table in page.tables:
        heading = _TO_A_DAY.sub("", table.heading)
        if not headed and len(page.tables) > 1:
            heading = table.columns[0].header
        names.append(_one_line(f"{page.sheet}, {heading}" if heading else page.sheet))
    return _each_once(names)


def _shown(exhibit: str, table: Table) -> Iterator[_Result]:
    """The numbers and verdicts of a table's printed columns."""
    labels = _label_columns(table)
    rows = _each_once(
        _one_line(" ".join(_shown_label(row.cells[c.key].value) for c in labels if c.key in row.cells))
        for row in table.rows
    )
    names = dict(zip((c.key for c in table.columns), _column_names(table), strict=True))
    shown = [c for c in table.columns if c.printed and c not in labels]
    for name, row in zip(rows, table.rows, strict=True):
        for column in shown:
            cell = row.cells.get(column.key)
            measure = column.measure if cell is None else cell.measure or column.measure
            if cell is None or measure in _SILENT or not isinstance(cell.value, int | float | str):
                continue
            reference = f"{table.name}!{row.key}.{column.key}"
            yield _Result((exhibit, name, names[column.key]), reference, _plain(cell.value), measure)


def _label_columns(table: Table) -> list[Column]:
    """The leading columns that say what a row is: every row has one. A heading over some rows is none."""
    found = []
    for column in table.columns:
        if column.measure not in _LABELS:
            break
        if all(column.key in row.cells for row in table.rows):
            found.append(column)
    return found


def _shown_label(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else label_text(value)


def _column_names(table: Table) -> list[str]:
    """Headers; with the heading over them where a header alone stands twice or is blank."""
    headers = [c.header for c in table.columns]
    return _each_once(
        _one_line(header if header and headers.count(header) == 1 else ", ".join(filter(None, (c.group, header))))
        for header, c in zip(headers, table.columns, strict=True)
    )


def _one_line(words: str) -> str:
    """Without line breaks and footnote marks, whose numbers may change."""
    return " ".join(_FOOTNOTE_MARK.sub("", words).split())


def _each_once(names: Iterable[str]) -> list[str]:
    """The names, a number behind each that stood there before."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
