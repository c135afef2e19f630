"""functions.json: what Excel shows of each function, made from the registry.

See Microsoft's "Manually create JSON metadata for custom functions".
"""

from __future__ import annotations

from typing import Any

from xl_ltc_udfs.registry import Argument, WorksheetFunction, functions


def metadata() -> dict[str, Any]:
    """The metadata of every function.

    Every argument is a range of any values, error values among them, so that the functions themselves say what is
    wrong with an argument, as in the other hosts.
    """
    return {"allowErrorForDataTypeAny": True, "functions": [_function(function) for function in functions().values()]}


def _function(function: WorksheetFunction) -> dict[str, Any]:
    return {
        "id": function.name,
        "name": function.name,
        "description": function.summary,
        "parameters": [_parameter(argument) for argument in function.arguments],
        "result": {"type": "any", "dimensionality": "matrix"},
    }


def _parameter(argument: Argument) -> dict[str, Any]:
    parameter = {"name": argument.name, "description": argument.help, "type": "any", "dimensionality": "matrix"}
    return {**parameter, "optional": True} if argument.optional else parameter
