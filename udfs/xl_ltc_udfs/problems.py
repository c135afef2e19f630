"""Why a call gives an error value: raised while a function runs, turned into the cell's error by ``call``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_ltc_udfs.cells import NOT_AVAILABLE, NUM, VALUE, CellError, ErrorCode


class CallError(Exception):
    """The whole call gives an error value."""

    def __init__(self, error: CellError) -> None:
        super().__init__(error.reason)
        self.error = error


class ArgumentError(CallError):
    """An argument that can't be used: which, what was found, what is allowed."""

    def __init__(self, argument: str, found: str, allowed: str, code: ErrorCode = VALUE) -> None:
        super().__init__(CellError(code, in_words(argument, found, allowed)))


class Undefined(CallError):
    """The result does not exist for these numbers; #DIV/0! for a ratio to nothing."""

    def __init__(self, reason: str, code: ErrorCode = NUM) -> None:
        super().__init__(CellError(code, reason))


class Unavailable(CallError):
    """Nothing is there to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(CellError(NOT_AVAILABLE, reason))


class ElementError(Exception):
    """Some elements of an elementwise function can't be computed; the others are then computed without them.

    Args:
        bad: true for those elements, shape (elements,).
        code: the error value they get.
        reason: says why of an element.
        argument: which argument is to blame; its cell is then named before the reason.
    """

    def __init__(
        self, bad: np.ndarray, code: ErrorCode, reason: Callable[[int], str], argument: str | None = None
    ) -> None:
        super().__init__(code)
        self.bad, self.code, self.reason, self.argument = bad, code, reason, argument


def in_words(place: str, found: str, allowed: str) -> str:
    """A problem as a message says it."""
    return f"{place}: found {found}; allowed: {allowed}"
