"""The table of cases: what a function must give for what it is given, in plain Python and in every host.

A module a category; each has ``CASES``. Arguments are cells as ``xl_ltc_udfs.cells`` defines them.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from xl_ltc_udfs.registry import FUNCTION_MODULES


@dataclass(frozen=True)
class Case:
    """A call and what it must give.

    Attributes:
        name: unique, a few words with hyphens.
        function: ``LTC_…``.
        arguments: one a parameter: a cell, rows of cells, or ``OMITTED``.
        expected: a number, a text, an error code such as ``#NUM!``, or rows of these.
        source: who says so: a table of the filing, a closed form, a hand calculation.
        relative, absolute: how far a number may be off; printed numbers allow half a unit of their last place.
        reason: words that the reason of an expected error must contain.
    """

    name: str
    function: str
    arguments: tuple[Any, ...]
    expected: Any
    source: str
    relative: float = 1e-12
    absolute: float = 0.0
    reason: str = ""


def all_cases() -> tuple[Case, ...]:
    """Every case of every category."""
    cases: list[Case] = []
    for module in FUNCTION_MODULES:
        cases += importlib.import_module(f"tests.udfs.cases.{module}").CASES
    return tuple(cases)
