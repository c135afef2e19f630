"""The registry: every worksheet function once, with all that any host shows of it.

A function is an ordinary Python function of checked arrays. Its decorator says how it is called, how each argument is
read and what the user is told; the hosts, the reference workbook and the documentation are made from that.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal

from xl_ltc_udfs.cells import OMITTED, Raw

Shape = Literal["each", "numbers", "table", "one", "raw"]
"""How an argument's cells are given to the function:

- ``each``: a flat array, one element a cell; all such arguments are broadcast against one another as Excel does, a
  cell or a row or a column against a range;
- ``numbers``: a 2-D float64 array of the whole range, no cell blank;
- ``table``: the range's cells as they stand (``Rows``), or None when omitted;
- ``one``: a single value;
- ``raw``: the argument as it came, ``OMITTED`` when left out: for another function.
"""

Kind = Literal["number", "whole", "flag", "text", "cells"]

REQUIRED: Final = OMITTED
"""The default of an argument that has none."""

FUNCTION_MODULES = ("loss_ratios", "rate_increase", "assumptions", "projection", "results", "experience", "why")
"""Modules of ``xl_ltc_udfs.functions``, in the order in which their functions are shown."""


@dataclass(frozen=True)
class Argument:
    """An argument of a worksheet function.

    Attributes:
        name: the field's term; also the name of the Python function's parameter.
        about: a sentence, with unit.
        shape: how its cells are given to the function.
        kind: what a cell must hold.
        default: the value when omitted; ``REQUIRED`` if it can't be.
        minimum, maximum: of a number, inclusive.
        allowed: the texts that are; empty for any.
        default_words: what holds when it is left out, where neither the default's value nor ``about`` says it.
    """

    name: str
    about: str
    shape: Shape = "each"
    kind: Kind = "number"
    default: Any = REQUIRED
    minimum: float = -math.inf
    maximum: float = math.inf
    allowed: tuple[str, ...] = ()
    default_words: str = ""

    @property
    def optional(self) -> bool:
        """Whether it can be omitted."""
        return self.default is not REQUIRED

    @property
    def help(self) -> str:
        """What every host says of it: what it is, and what holds when it is left out."""
        words = self.default_words
        if not words and self.optional and self.default not in (None, ""):
            shown = str(self.default).upper() if isinstance(self.default, bool) else f"{self.default}"
            words = f"{shown} if omitted"
        return f"{self.about}; {words}" if words else self.about


@dataclass(frozen=True)
class Example:
    """A call that shows a function at work; it stands on the function's sheet of the reference workbook.

    Attributes:
        arguments: one a parameter, each a cell or rows of cells; ``OMITTED`` or absent for an optional one.
        note: what it shows.
    """

    arguments: tuple[Raw, ...]
    note: str


@dataclass(frozen=True)
class WorksheetFunction:
    """A worksheet function.

    Attributes:
        name: as it is typed, ``LTC_…``.
        category: under which the function wizard lists it.
        summary: a sentence.
        returns: what comes back, with shape and unit.
        source: section of the filing, or the standard.
        arguments: in order; required ones first.
        example: shown in the reference.
        implementation: takes the arguments by name. With ``elementwise``, gives one float64 or text an element, or of a
            single element rows of cells; else a number, a text, or rows of cells.
        elementwise: whether the result has the shape of its ``each`` arguments.
        spills: whether the result is usually more than one cell.
        reads_files: whether the same arguments may give another result later: of a file, or of the last run.
    """

    name: str
    category: str
    summary: str
    returns: str
    source: str
    arguments: tuple[Argument, ...]
    example: Example
    implementation: Callable[..., Any] = field(compare=False)
    elementwise: bool
    spills: bool
    reads_files: bool = False

    @property
    def syntax(self) -> str:
        """The call as a user reads it: ``LTC_AE(actual, expected)``, optional arguments in brackets."""
        return f"{self.name}({', '.join(f'[{a.name}]' if a.optional else a.name for a in self.arguments)})"


_REGISTRY: dict[str, WorksheetFunction] = {}


def worksheet_function(
    name: str,
    category: str,
    *,
    returns: str,
    source: str,
    arguments: tuple[Argument, ...],
    example: Example,
    elementwise: bool = True,
    spills: bool = False,
    reads_files: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under its worksheet name; its summary is the first line of its docstring."""

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        summary = (implementation.__doc__ or "").strip().splitlines()[0]
        _REGISTRY[name] = WorksheetFunction(
            name,
            category,
            summary,
            returns,
            source,
            arguments,
            example,
            implementation,
            elementwise,
            spills,
            reads_files,
        )
        return implementation

    return register


@cache
def functions() -> dict[str, WorksheetFunction]:
    """Every worksheet function by name, in the order of the reference."""
    for module in FUNCTION_MODULES:
        importlib.import_module(f"xl_ltc_udfs.functions.{module}")
    # A module may have been imported before the others.
    return dict(sorted(_REGISTRY.items(), key=lambda item: FUNCTION_MODULES.index(_module(item[1]))))


def _module(function: WorksheetFunction) -> str:
    return function.implementation.__module__.rpartition(".")[2]
