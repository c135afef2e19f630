"""What the reference says of a function, in the words both of its forms use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xl_ltc_udfs.arguments import cell_words
from xl_ltc_udfs.call import Result, call
from xl_ltc_udfs.cells import OMITTED, CellError, Raw, Rows, rows_of
from xl_ltc_udfs.registry import Argument, Shape, WorksheetFunction

_LONGEST_LITERAL = 60


def by_category(functions: Sequence[WorksheetFunction]) -> dict[str, list[WorksheetFunction]]:
    """Functions by category, both in the registry's order."""
    found: dict[str, list[WorksheetFunction]] = {}
    for function in functions:
        found.setdefault(function.category, []).append(function)
    return found


def takes(argument: Argument) -> str:
    """What an argument takes."""
    words = _SHAPES[argument.shape]
    return words if argument.kind == "cells" else f"{words}: {cell_words(argument)}"


_SHAPES: dict[Shape, str] = {
    "each": "one cell or a range",
    "numbers": "a range",
    "table": "a range with a header row",
    "one": "one cell",
    "raw": "any cell or range",
}


def example_arguments(function: WorksheetFunction) -> list[tuple[Argument, Raw]]:
    """Each argument of the function's example, without trailing ones that are left out."""
    given = list(zip(function.arguments, function.example.arguments, strict=False))
    while given and given[-1][1] is OMITTED:
        given.pop()
    return given


def example_result(function: WorksheetFunction) -> Result:
    """What the example gives."""
    return call(function.name, function.example.arguments)


def literal(value: Raw) -> str:
    """An argument as it would be typed into a formula: ``0.045``, ``"Female"``, ``{1,2;3,4}``."""
    rows = rows_of(value)
    if len(rows) == len(rows[0]) == 1:
        return _cell(rows[0][0])
    return "{" + ";".join(",".join(_cell(cell) for cell in row) for row in rows) + "}"


def typed_formula(function: WorksheetFunction) -> str:
    """The example as one would type it; an argument too long to type stands by its name."""
    words = []
    for argument, value in example_arguments(function):
        text = "" if value is OMITTED else literal(value)
        words.append(text if len(text) <= _LONGEST_LITERAL else argument.name)
    return f"={function.name}({','.join(words)})"


def _cell(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, str):
        return '"' + cell.replace('"', '""') + '"'
    if isinstance(cell, dt.date):
        return f"DATE({cell.year},{cell.month},{cell.day})"
    if isinstance(cell, CellError):
        return cell.code
    return "" if cell is None else f"{cell:.15g}"


def shown(cell: object) -> str:
    """A cell of a result in running text."""
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return str(cell)


def is_wide(rows: Rows) -> bool:
    """Whether an argument is a table rather than a cell, a column or a few of them."""
    return len(rows[0]) > 3


def help_text(function: WorksheetFunction) -> str:
    """A function's help for the screen."""
    width = max(len(argument.name) for argument in function.arguments)
    result = example_result(function)
    size = f"{len(result.rows)} rows × {len(result.rows[0])} columns"
    lines = [
        function.syntax,
        "",
        function.summary,
        "",
        *(f"  {a.name:<{width}}  {a.help} ({takes(a)})" for a in function.arguments),
        "",
        f"Returns: {function.returns}",
        f"Source:  {function.source}.",
        f"Example: {function.example.note}",
        f"         {typed_formula(function)} gives {shown(result.single) if result.is_single else size}",
    ]
    return "\n".join(lines)
