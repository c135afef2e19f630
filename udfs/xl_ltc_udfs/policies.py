"""Policies for a projection: of a range, of an in-force file, or of the illustrative block."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from xl_ltc.inforce.schema import INFORCE
from xl_ltc.tables import InputTable, to_number
from xl_ltc_udfs.arguments import given, one
from xl_ltc_udfs.basis import Basis, assumption_set
from xl_ltc_udfs.cells import Rows, from_serial
from xl_ltc_udfs.file_version import FileVersion, file_version
from xl_ltc_udfs.problems import ArgumentError, Unavailable
from xl_ltc_udfs.range_tables import contents, input_table
from xl_ltc_udfs.registry import Argument

if TYPE_CHECKING:  # a function that needs no projection need not wait for pandas
    from xl_ltc.inforce.block import Block

KEPT: Final = 4
"""How many in-force files are kept, each checked against the assumptions of its call."""

COLUMNS = tuple(column.name for column in INFORCE.columns)

_BUILDING = threading.Lock()


def block_of(argument: str, given: Rows | None, basis: Basis) -> Block:
    """The policies of a call, checked against its assumptions.

    Args:
        argument: the argument's name, for messages.
        given: policies in rows, with a header row and the columns of the in-force file in any order, or without one
            and in their order; dates as numbers, date cells or text YYYY-MM-DD. Or one cell with the path of an
            in-force file. None for the illustrative block.
        basis: the assumptions.

    Raises:
        InputError: every problem of the policies, with row, column and policy.
        ArgumentError: a range that can't hold policies.
        Unavailable: no such file.
    """
    if given is None:
        return _illustrative(basis)
    if is_one_cell(given):
        return _of_file(file_version(argument, text_of(argument, given[0][0])), basis)
    return _checked(_table(argument, given), basis)


def one_policy(block: Block, policy_id: str) -> Block:
    """The policy of an id; blanks around it do not matter.

    Raises:
        Unavailable: no such policy.
    """
    found = (block.frame["policy_id"].str.strip() == policy_id.strip()).to_numpy()
    if not found.any():
        raise Unavailable(f"no policy {policy_id!r} among {len(block):,} policies")
    return block.select(found)


def is_one_cell(rows: Rows) -> bool:
    """Whether a range is a single cell."""
    return len(rows) == len(rows[0]) == 1


def text_of(argument: str, cell: Any) -> str:
    """A cell as a path or a policy id.

    Raises:
        CallError: a blank or an error value.
    """
    wanted = Argument(argument, "", "one", "text")
    text: str = one(given(cell, wanted), wanted)
    return text


def _table(argument: str, rows: Rows) -> InputTable:
    """A range as a raw table of policies."""
    cells = contents(rows)
    has_header = bool(cells) and any(isinstance(cell, str) and cell.strip() in COLUMNS for cell in cells[0])
    if not has_header and len(rows[0]) != len(COLUMNS):
        found = f"a range of {len(rows)} × {len(rows[0])} cells without a header row"
        raise ArgumentError(argument, found, f"a header row, or the columns {', '.join(COLUMNS)} in this order")
    table = input_table(argument, cells, None if has_header else list(COLUMNS))
    if "issue_date" in table.frame:
        table.frame["issue_date"] = table.frame["issue_date"].map(_date)
    return table


def _date(cell: Any) -> Any:
    """An issue date; a range holds a date as its number."""
    number = to_number(cell)
    if number is None:
        return cell
    try:
        return from_serial(number)
    except OverflowError:
        return cell


def _checked(table: InputTable, basis: Basis) -> Block:
    from xl_ltc.workbook.actions import check_policies

    return check_policies(table, assumption_set(basis))


@lru_cache(maxsize=KEPT)
def _of_file(file: FileVersion, basis: Basis) -> Block:
    from xl_ltc.workbook.actions import read_any_inforce

    with file.called_as_given():
        return _checked(read_any_inforce(file.path), basis)


def _illustrative(basis: Basis) -> Block:
    with _BUILDING:  # it takes seconds; a worksheet's other cells wait for the first
        return _illustrative_on(basis)


@lru_cache(maxsize=KEPT)
def _illustrative_on(basis: Basis) -> Block:
    """The illustrative block with the codes of an assumption set."""
    if basis == Basis():
        from xl_ltc.illustration.block import illustrate

        return illustrate(assumption_set(basis)).block
    from xl_ltc.inforce.read import record_locator

    return _checked(InputTable(_illustrative_on(Basis()).frame, record_locator("illustrative block")), basis)
