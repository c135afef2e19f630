"""The module that xlwings' COM server imports: a Python function for each worksheet function.

Excel calls ``CallUDF("xl_ltc_udfs.excel.functions", "LTC_LLR", arguments)``; the names must therefore be the
worksheet names, and the parameters are those of the VBA functions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from xlwings import arg, func, ret
from xlwings.conversion import Accessor, ConversionContext, Pipeline

from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, Rows
from xl_ltc_udfs.excel.names import parameter_name
from xl_ltc_udfs.excel.values import argument_of, rows_for_excel, several_areas
from xl_ltc_udfs.registry import Argument, WorksheetFunction, functions


class Cells(Accessor):
    """xlwings' conversion of an argument: to the cells of ``xl_ltc_udfs.cells``, with nothing lost.

    xlwings' own would make error values blanks, or texts, and would read a range's first area for all of it.
    """

    @classmethod
    def reader(cls, options: dict[str, Any]) -> Pipeline:
        """The only step: what came, a value or a range, as cells."""
        return Pipeline([_read])


def _read(context: ConversionContext) -> None:
    if context.range is None:
        context.value = argument_of(context.value)
        return
    com_range = context.range.api
    areas = com_range.Areas.Count
    context.value = argument_of(com_range.Value2) if areas == 1 else several_areas(areas)


def _excel_function(function: WorksheetFunction) -> Callable[..., Rows]:
    """A function that xlwings can call: its parameters, their help and its result as COM takes it."""

    def evaluate(*arguments: Any) -> Rows:
        return rows_for_excel(call(function.name, arguments))

    evaluate.__name__ = evaluate.__qualname__ = function.name
    evaluate.__module__ = __name__
    evaluate.__doc__ = function.summary
    evaluate.__annotations__ = {}
    evaluate.__signature__ = inspect.Signature([_parameter(argument) for argument in function.arguments])  # type: ignore[attr-defined]
    decorated = ret("raw")(evaluate)
    for argument in function.arguments:
        decorated = arg(parameter_name(argument), Cells, doc=argument.help)(decorated)
    # Last, as the decorator that stands first: the others set the category back.
    return func(category=function.category)(decorated)


def _parameter(argument: Argument) -> inspect.Parameter:
    default = OMITTED if argument.optional else inspect.Parameter.empty
    return inspect.Parameter(parameter_name(argument), inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


globals().update({name: _excel_function(function) for name, function in functions().items()})
