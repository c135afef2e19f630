"""Whatever stands in a file, a cell, an argument or a request: an InputError, an error value, or a result."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.damaged.filing import POLICIES, Parts, policies, workbook
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.errors import InputError
from xl_ltc.inforce.read import read_inforce
from xl_ltc.inforce.schema import INFORCE
from xl_ltc.inforce.validate import InforceRules, check_inforce
from xl_ltc.projection.rules import rules_of
from xl_ltc.settings import Settings, describe, from_values
from xl_ltc.tables import InputTable
from xl_ltc.workbook.actions import check_inputs
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, CellError
from xl_ltc_udfs.office_js.boundary import UnreadableCall, answer_line, read_call
from xl_ltc_udfs.registry import WorksheetFunction, functions

FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
ODD_TEXTS = ("", " ", "=1+1", "５", "P\u200b1", "0,05", "1.234,5", "nan", "1e999", "#N/A", "<55", "100+", "x" * 9_999)
ODD_NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 60.0, 1e-320, 1e308, float("nan"), float("inf"), float("-inf"))
DAYS = (dt.date(1, 1, 1), dt.date(2016, 12, 31), dt.datetime(9999, 12, 31, 23, 59))
CELLS = st.one_of(
    st.sampled_from([*ODD_TEXTS, *ODD_NUMBERS, *DAYS, None, True, False, 10**400]),
    st.floats(),
    st.integers(),
    st.text(),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def good(folder: Path) -> Parts:
    return Parts.of(workbook(folder / "good.xlsx"))


@pytest.fixture(scope="module")
def rules() -> InforceRules:
    return rules_of(bundled())


def refused_or(value: Callable[[], Any]) -> Any:
    """The value, or None where it is refused in words."""
    try:
        return value()
    except InputError as error:
        assert ": found " in str(error) and "; allowed: " in str(error)
        return None


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes with some of them changed, dropped or doubled."""
    out = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(out) - 1, 0)))
        length = draw(st.sampled_from([1, 1, 4, 40, 400]))
        change = draw(st.sampled_from(["set", "drop", "double", "insert"]))
        if change == "set":
            out[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif change == "drop":
            del out[at : at + length]
        elif change == "double":
            out[at:at] = out[at : at + length]
        else:
            out[at:at] = draw(st.binary(max_size=8))
    return bytes(out)


@FEW
@given(data=st.data())
def test_a_workbook_with_changed_bytes(data: st.DataObject, good: Parts, folder: Path) -> None:
    path = folder / "changed.xlsx"
    path.write_bytes(data.draw(mutated(good.packed())))
    refused_or(lambda: check_inputs(path, None, None, lambda _: None))


ATTRIBUTES = b" 0 -1 1048577 A0 XFD1048576 1e999 e str s B3:A1 true &x;".split(b" ")


@FEW
@given(data=st.data())
def test_a_workbook_with_changed_xml(data: st.DataObject, good: Parts, folder: Path) -> None:
    name = data.draw(
        st.sampled_from(["xl/workbook.xml", good.sheet("S inforce"), good.table("inforce"), "_rels/.rels"])
    )
    part = good.parts[name]
    if data.draw(st.booleans()):
        part = data.draw(mutated(part))
    else:
        first, last = data.draw(st.sampled_from([m.span(1) for m in re.finditer(rb'="([^"]*)"', part)]))
        part = part[:first] + data.draw(st.sampled_from(ATTRIBUTES)) + part[last:]
    path = folder / "changed.xlsx"
    path.write_bytes(Parts({**good.parts, name: part}).packed())
    refused_or(lambda: check_inputs(path, None, None, lambda _: None))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@FEW
@given(data=st.data())
def test_a_file_of_policies_with_changed_bytes(
    data: st.DataObject, ending: str, folder: Path, rules: InforceRules
) -> None:
    path = folder / f"policies.{ending}"
    frame = policies()
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path, index=False)
    path.write_bytes(data.draw(mutated(path.read_bytes())))
    refused_or(lambda: check_inforce(read_inforce(path), rules))


@settings(FEW, max_examples=50)
@given(name=st.sampled_from([c.name for c in INFORCE.columns]), cell=CELLS, row=st.integers(0, POLICIES - 1))
def test_any_cell_in_any_column_of_the_policies(name: str, cell: Any, row: int, rules: InforceRules) -> None:
    frame = policies().astype(object)
    frame.loc[row, name] = cell
    block = refused_or(lambda: check_inforce(InputTable(frame), rules))
    assert block is None or len(block) == POLICIES


@settings(FEW, max_examples=25)
@given(data=st.data())
def test_any_cell_in_an_assumption_table(data: st.DataObject) -> None:
    tables = bundled_tables()
    frame = tables["mortality_base"].frame.astype(object)
    row, column = data.draw(st.integers(0, len(frame) - 1)), data.draw(st.integers(0, frame.shape[1] - 1))
    frame.iloc[row, column] = data.draw(CELLS)
    tables["mortality_base"] = InputTable(frame, tables["mortality_base"].locate)
    refused_or(lambda: AssumptionSet.from_tables(tables, Settings()))


@settings(FEW, max_examples=200)
@given(changes=st.dictionaries(st.sampled_from([s["name"] for s in describe()]), CELLS, min_size=1, max_size=4))
def test_any_value_of_any_setting(changes: dict[str, Any]) -> None:
    values = {s["name"]: s["default"] for s in describe()} | changes
    found = refused_or(lambda: from_values(values))
    if found is not None:
        numbers = [v for v in vars(found).values() if isinstance(v, float)]
        assert all(abs(v) < float("inf") for v in numbers)


def arguments_of(function: WorksheetFunction) -> st.SearchStrategy[list[Any]]:
    """The example's arguments, some replaced by any cell or range, some cells of a range by others."""
    cells = st.one_of(CELLS, st.sampled_from([CellError("#N/A"), CellError("#BUSY!"), "\ud800"]))
    ranges = st.lists(st.lists(cells, max_size=3), max_size=3)

    def changed(example: Any) -> st.SearchStrategy[Any]:
        options = [st.just(example), cells, ranges, st.just(OMITTED)]
        if isinstance(example, list | tuple) and example and isinstance(example[0], list | tuple):
            places = st.tuples(st.integers(0, len(example) - 1), st.integers(0, len(example[0]) - 1), cells)
            options.append(places.map(lambda place: _put(example, *place)))
        return st.one_of(options)

    return st.tuples(*map(changed, function.example.arguments)).map(list)


def _put(rows: Any, row: int, column: int, cell: Any) -> list[list[Any]]:
    out = [list(r) for r in rows]
    out[row][min(column, len(out[row]) - 1)] = cell
    return out


@pytest.mark.parametrize("name", functions())
@settings(FEW, max_examples=8)
@given(data=st.data())
def test_any_arguments_of_every_worksheet_function(name: str, data: st.DataObject) -> None:
    given_arguments = data.draw(arguments_of(functions()[name]))
    with _failures_raised():
        result = call(name, given_arguments)
    assert len(result.rows) >= 1 and len({len(row) for row in result.rows}) == 1
    answer_line(0, result)


class _failures_raised(logging.Handler):  # noqa: N801 a context, used as one
    """An error of the product itself, which ``call`` turns into a cell, fails the test with its traceback."""

    def __enter__(self) -> None:
        logging.getLogger("xl_ltc_udfs.call").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("xl_ltc_udfs.call").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        assert record.exc_info is not None
        raise AssertionError(record.getMessage()) from record.exc_info[1]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.sampled_from(["LTC_QX", "LTC_LLR", "\ud800"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["error", "number", "x"]), inner, max_size=2)
    ),
    max_leaves=12,
)
CALL = json.dumps(["LTC_QX", ["Female", [[60, 70]], None, {"error": "#N/A"}, "\ud800"]]).encode()


@settings(FEW, max_examples=200)
@given(line=st.one_of(JSON.map(lambda value: json.dumps(value).encode()), mutated(CALL), st.binary()))
def test_any_line_of_a_request(line: bytes) -> None:
    try:
        name, given_arguments = read_call(line)
    except UnreadableCall:
        return
    with _failures_raised():
        json.loads(answer_line(0, call(name, given_arguments)))


def test_half_a_character_is_told() -> None:
    """As ``=LEFT(emoji, 1)`` gives it: no file and no policy has such a name."""
    table = [list(INFORCE_HEADER), [*policies().astype(object).iloc[0]]]
    table[1][0] = "P\ud83d"
    with _failures_raised():
        reason = call("LTC_PROJECT", [table]).single.reason
    assert "half a character" in reason


INFORCE_HEADER = tuple(c.name for c in INFORCE.columns)


def test_a_request_in_another_encoding() -> None:
    for encoding in ("utf-16", "utf-32"):
        with pytest.raises(UnreadableCall):
            read_call(CALL.decode().encode(encoding))
    with pytest.raises(UnreadableCall):
        read_call(b'["LTC_QX", ["\xed\xa0\x80"]]')
