"""The VBA of the add-in: a function for each worksheet function, and their help in Excel's dialogs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import groupby
from typing import Final

from xl_ltc_udfs.excel.names import parameter_name
from xl_ltc_udfs.excel.values import ERROR_MARK
from xl_ltc_udfs.registry import WorksheetFunction

PYTHON_MODULE: Final = "xl_ltc_udfs.excel.functions"
FUNCTIONS, CALL, HELP = "xlwings_udfs", "xl_ltc_call", "xl_ltc_help"
"""The modules; the first has the name that xlwings' Import Functions replaces."""

LONGEST_HELP: Final = 255
"""Characters of a description that ``Application.MacroOptions`` takes."""
_LINE, _CONTINUATIONS = 110, 24
"""Width at which a statement is continued on the next line, and how often VBA allows that."""
_CODE_PAGE: Final = "cp1252"
"""Of the VBA project; its source has no other characters."""


def modules(functions: Sequence[WorksheetFunction]) -> dict[str, str]:
    """The add-in's own standard modules: source by name."""
    return {CALL: call_module(), FUNCTIONS: functions_module(functions), HELP: help_module(functions)}


def this_workbook() -> str:
    """The code of the workbook itself: it has the functions described when it opens."""
    return _source("ThisWorkbook.bas")


def call_module() -> str:
    """What all functions share: arguments to Python, result from it."""
    return _source("xl_ltc_call.bas").replace("<python module>", PYTHON_MODULE).replace("<error mark>", ERROR_MARK)


def functions_module(functions: Iterable[WorksheetFunction]) -> str:
    """The worksheet functions."""
    heads = [f'Attribute VB_Name = "{FUNCTIONS}"', "Option Explicit"]
    return _joined([*heads, *(line for function in functions for line in ("", *_function(function)))])


def help_module(functions: Sequence[WorksheetFunction]) -> str:
    """What the Insert Function and Function Arguments dialogs show of the functions."""
    described = [line for function in functions for line in _described(function)]
    return _source("xl_ltc_help.bas").replace("    ' <functions>\r\n", _joined(described))


def shortened(text: str) -> str:
    """A text within ``LONGEST_HELP``: cut after a sentence or a word, with an ellipsis."""
    if len(text) <= LONGEST_HELP:
        return text
    cut = text[:LONGEST_HELP]
    sentences = cut.rfind(". ") + 1
    return cut[: sentences if sentences > LONGEST_HELP // 2 else cut.rfind(" ")].rstrip(" ,;:") + "…"


def _function(function: WorksheetFunction) -> list[str]:
    names = [parameter_name(argument) for argument in function.arguments]
    parameters = [
        f"{'Optional ' if argument.optional else ''}{name} As Variant"
        for argument, name in zip(function.arguments, names, strict=True)
    ]
    return [
        *_listed(f"Public Function {function.name}(", parameters, ") As Variant", ""),
        f"Attribute {function.name}.VB_Description = {_quoted(_in_code_page_only(_description(function)))}",
        *_listed(f'{function.name} = ResultOf("{function.name}", Array(', names, "))", "    "),
        "End Function",
    ]


def _described(function: WorksheetFunction) -> list[str]:
    helps = [_literal(shortened(argument.help)) for argument in function.arguments]
    start = f"    Describe {_literal(function.name)}, {_literal(function.category)}, _"
    return [start, f"        {_literal(_description(function))}, Array( _", *_each_on_a_line(helps, ")")]


def _description(function: WorksheetFunction) -> str:
    """What it does and gives, with its source if there is room."""
    said = f"{function.summary} {function.returns}"
    with_source = f"{said} Source: {function.source}."
    return with_source if len(with_source) <= LONGEST_HELP else shortened(said)


def _each_on_a_line(items: Sequence[str], end: str) -> list[str]:
    _check_continuations(len(items) + 1)
    return [f"        {item}{end if i == len(items) - 1 else ', _'}" for i, item in enumerate(items)]


def _listed(start: str, items: Sequence[str], end: str, indent: str) -> list[str]:
    """A statement with a list in it, continued over as many lines as it needs."""
    lines = [indent + start]
    for i, item in enumerate(items):
        piece = item + (end if i == len(items) - 1 else ", ")
        if len(lines[-1]) + len(piece) > _LINE:
            lines[-1] = lines[-1].rstrip() + " _"
            lines.append(indent + "        ")
        lines[-1] += piece
    _check_continuations(len(lines) - 1)
    return lines


def _check_continuations(count: int) -> None:
    if count > _CONTINUATIONS:
        raise ValueError(f"a statement of {count} continued lines; VBA allows {_CONTINUATIONS}")


def _literal(text: str) -> str:
    """A text as a VBA expression; characters that the code page does not have are given by number."""
    return " & ".join(
        _quoted(piece) if _in_code_page(piece) else " & ".join(f"ChrW$({ord(sign)})" for sign in piece)
        for piece in map("".join, _runs(text))
    )


def _runs(text: str) -> Iterable[Iterable[str]]:
    """The text in pieces that are all in the code page, or all not."""
    return (run for _, run in groupby(text, _in_code_page))


def _in_code_page(text: str) -> bool:
    return text.encode(_CODE_PAGE, "replace").decode(_CODE_PAGE) == text


def _in_code_page_only(text: str) -> str:
    """For an attribute, which takes no expression: the help module gives the text as it is."""
    return text.encode(_CODE_PAGE, "replace").decode(_CODE_PAGE)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _source(name: str) -> str:
    return _joined(files(__package__).joinpath(name).read_text(encoding="ascii").splitlines())


def _joined(lines: Iterable[str]) -> str:
    return "".join(line + "\r\n" for line in lines)
