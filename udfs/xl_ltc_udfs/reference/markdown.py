"""The function reference as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xl_ltc_udfs.reference.words import by_category, example_result, shown, takes, typed_formula
from xl_ltc_udfs.registry import WorksheetFunction, functions

_MOST_ROWS = 6
_MOST_COLUMNS = 6

_INTRODUCTION = """\
# Worksheet functions

Made from the registry in `udfs/xl_ltc_udfs`; do not edit by hand. The same functions, with the same names,
arguments and values, work in Excel on Windows, in LibreOffice Calc, and in Excel on the web, Mac and Windows
through `xl-ltc serve`. [`workbooks/ltc_function_reference.xlsx`](../workbooks/ltc_function_reference.xlsx) has a
live example of each.

**Ranges.** An argument that takes *one cell or a range* is worked out for every cell of the range; cells, rows,
columns and ranges are matched as Excel does, so one formula fills a column, and a whole range costs one call. Cells
that can't be used get an error value of their own; the others get their results.

**What a cell may hold.** Text that is only a number counts as that number, TRUE and FALSE as 1 and 0, a date as its
serial number, counted from 1900 (in a workbook with the 1904 date system add 1462, or give the date as text,
YYYY-MM-DD: the function is not told of the system). Capitals do not matter in texts. A blank cell is an error, never
a zero or a default: leave an optional argument out of the formula. (LibreOffice Calc itself turns a blank cell that is
an argument by itself into 0, before any function can see it; blank cells within a range are found there too.)

**Errors.** `#VALUE!`: what was given is not what the argument takes. `#NUM!`: a number outside what is allowed, or
no result exists. `#N/A`: nothing is there to read. `#DIV/0!`: a ratio to nothing. An error value given as an
argument is the result; one within a range makes the result `#VALUE!`. For the reason, put the same arguments into
`LTC_WHY`: `=LTC_WHY("LTC_LLR", B2:B61, C2:C61, E1)`.
"""


def reference_markdown() -> str:
    """The whole reference."""
    every = list(functions().values())
    parts = [_INTRODUCTION, *_overview(every)]
    for category, group in by_category(every).items():
        parts += [f"## {category}\n", *(_section(function) for function in group)]
    return "\n".join(parts).rstrip() + "\n"


def _overview(every: Sequence[WorksheetFunction]) -> Iterator[str]:
    for category, group in by_category(every).items():
        names = ", ".join(f"[`{f.name}`](#{f.name.lower()})" for f in group)
        yield f"- {category}: {names}"
    yield ""


def _section(function: WorksheetFunction) -> str:
    lines = [
        f"### {function.name}\n",
        f"`{function.syntax}`\n",
        f"{function.summary}\n",
        "| argument | what it is | takes |",
        "|---|---|---|",
        *(f"| `{a.name}` | {_cell(a.help)} | {_cell(takes(a))} |" for a in function.arguments),
        "",
        f"Returns: {function.returns}\n",
        f"Source: {function.source}.\n",
        f"Example: {function.example.note}\n",
        f"`{typed_formula(function)}` gives {_result(function)}\n",
    ]
    return "\n".join(lines)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _result(function: WorksheetFunction) -> str:
    result = example_result(function)
    if result.is_single:
        return f"`{shown(result.single)}`"
    rows = [[shown(cell) for cell in row[:_MOST_COLUMNS]] for row in result.rows[:_MOST_ROWS]]
    cut = len(result.rows) > _MOST_ROWS or len(result.rows[0]) > _MOST_COLUMNS
    table = "\n".join(" | ".join(row) for row in rows)
    size = f"{len(result.rows)} rows × {len(result.rows[0])} columns"
    return f"{size}{', which begin' if cut else ''}:\n\n```\n{table}\n```"
