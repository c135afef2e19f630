"""The reason of an error value, for hosts whose cells show no more than its code."""

from __future__ import annotations

from xl_ltc_udfs import call as calling
from xl_ltc_udfs.arguments import place
from xl_ltc_udfs.cells import OMITTED, Raw
from xl_ltc_udfs.registry import Argument, Example, worksheet_function

CATEGORY = "Errors"
MOST_ARGUMENTS = 14
"""How many arguments the other function can be given; no function has more."""
NO_ERROR = "no error"

_MOST_REASONS = 5


@worksheet_function(
    "LTC_WHY",
    CATEGORY,
    returns="A text: the reason; for a range, how many of its cells are errors and the first reasons; or no error.",
    source="The errors of these functions",
    arguments=(
        Argument("function", "Name of the function that gives the error, such as LTC_LLR", "one", "text"),
        *(
            Argument(f"argument_{n}", f"Argument {n} of that function, as it was given", "raw", "cells", None)
            for n in range(1, MOST_ARGUMENTS + 1)
        ),
    ),
    example=Example(
        ("LTC_AE", [[120.0], [80.0], [95.0]], [[100.0], [0.0], ["n/a"]]),
        "Of three ratios one is to nothing and one to a text: 2 of 3 cells are errors",
    ),
    elementwise=False,
    reads_files=True,
)
def why(function: str, **arguments: Raw) -> str:
    """Why a function gives an error value: the same arguments, answered with the reason as text."""
    given = [arguments[f"argument_{n}"] for n in range(1, MOST_ARGUMENTS + 1)]
    while given and given[-1] is OMITTED:
        given.pop()
    result = calling.call(function, given)
    if not result.errors:
        return NO_ERROR
    if result.is_single:
        return result.errors[0][2].reason
    shape = (len(result.rows), len(result.rows[0]))
    reasons = [
        f"{place('result', row, column, shape)}: {error.reason}" for row, column, error in result.errors[:_MOST_REASONS]
    ]
    more = "; …" if len(result.errors) > _MOST_REASONS else ""
    return f"{len(result.errors):,} of {shape[0] * shape[1]:,} cells are errors: {'; '.join(reasons)}{more}"
