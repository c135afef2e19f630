"""One part of the assumptions for a worksheet function: from ranges of the workbook where given, else bundled.

A range is checked by the code that checks the tables of a run. Thousands of cells may pass the same range; a part is
built once for its contents, and a fixed number of parts is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.errors import InputError, Problem
from xl_ltc_udfs.cells import CellError, Rows
from xl_ltc_udfs.problems import CallError
from xl_ltc_udfs.range_settings import settings_of
from xl_ltc_udfs.range_tables import Contents, contents, input_table

if TYPE_CHECKING:  # a function that needs no table need not wait for pandas
    from xl_ltc.assumptions.table_set import CategorySource, TableSet
    from xl_ltc.settings import Settings

_Maker = Callable[["TableSet", "Settings"], Any]

PartName = Literal[
    "mortality",
    "improvement",
    "lapse",
    "benefit_expiry",
    "morbidity",
    "benefit_growth",
    "premium_payment",
    "valuation_interest",
    "behaviour",
]

KEPT: Final = 64
"""How many parts built from ranges are kept."""

MOST_CELLS: Final = 10_000
"""A range with more cells is not kept; no assumption table is that large."""


@dataclass(frozen=True)
class Part:
    """A part of the assumptions.

    Attributes:
        built: what ``part`` gives.
        tables: the assumption tables it was built from.
    """

    built: Any
    tables: TableSet


def part(name: PartName, given: Mapping[str, Rows | None], settings: Rows | None = None) -> Any:
    """A part of the assumptions.

    Args:
        name: which part.
        given: ranges by the name of their argument, which is the table's, or the table's with ``_table`` behind it;
            each with a header row. None for a table of the bundled set.
        settings: a range with the columns ``setting`` and ``value``; a setting not named is as in the filing.

    Returns:
        The object of ``xl_ltc.assumptions``; it is shared, never change it.

    Raises:
        InputError: every problem of the ranges, with argument, row and column.
        ArgumentError: a range that holds an error value.
    """
    return _part(name, given, settings).built


def categories(
    name: PartName, characteristic: str, given: Mapping[str, Rows | None], settings: Rows | None = None
) -> tuple[str, ...]:
    """The categories of a characteristic that a part knows, in code order; arguments and errors as of ``part``."""
    return _part(name, given, settings).tables.categories(characteristic)


def _part(name: PartName, given: Mapping[str, Rows | None], settings: Rows | None) -> Part:
    ranges = tuple((argument, contents(rows)) for argument, rows in given.items() if rows is not None)
    changed = None if settings is None else contents(settings)
    if not ranges and changed is None:
        return _bundled_part(name)
    cells = sum(len(rows) * len(rows[0]) for _, rows in (*ranges, ("settings", changed)) if rows)
    outcome = (_kept if cells <= MOST_CELLS else _outcome)(name, ranges, changed)
    if isinstance(outcome, Part):
        return outcome
    raise CallError(outcome) if isinstance(outcome, CellError) else InputError(outcome)


_Ranges = tuple[tuple[str, Contents], ...]


def _outcome(name: PartName, ranges: _Ranges, settings: Contents | None) -> Part | tuple[Problem, ...] | CellError:
    """The part, or what is wrong with the ranges; that too is found only once."""
    try:
        return _build(name, ranges, settings)
    except InputError as error:
        return error.problems
    except CallError as error:
        return error.error


_kept = lru_cache(maxsize=KEPT)(_outcome)


def _build(name: PartName, ranges: _Ranges, settings: Contents | None) -> Part:
    make, source = _makers()[name]
    raw = {_table(argument): input_table(argument, rows) for argument, rows in ranges}
    tables = _bundled_tables().replaced(raw, source)
    return Part(make(tables, settings_of(settings)), tables)


def _table(argument: str) -> str:
    return argument if argument in BY_NAME else argument.removesuffix("_table")


@cache
def _makers() -> dict[PartName, tuple[_Maker, CategorySource]]:
    """How each part is made, and which tables define the categories it uses.

    A part knows only its own tables, so the categories are those that these define: an own inflation option needs no
    relativity on the claim cost, and an own underwriting class of Exhibit A-3a need not be in Exhibit A-1a.
    """
    from xl_ltc.assumptions.behaviour import Behaviour
    from xl_ltc.assumptions.benefit_expiry import BenefitExpiry
    from xl_ltc.assumptions.improvement import Improvement
    from xl_ltc.assumptions.interest import ValuationInterest
    from xl_ltc.assumptions.lapse import Lapse
    from xl_ltc.assumptions.morbidity import BenefitGrowth, Morbidity
    from xl_ltc.assumptions.mortality import Mortality
    from xl_ltc.assumptions.premium import PremiumPayment
    from xl_ltc.assumptions.table_set import CATEGORY_SOURCE

    of_morbidity = {
        "underwriting_class": ("morbidity_factor_underwriting_class", "underwriting_class"),
        "series": CATEGORY_SOURCE["series"],
    }
    return {
        "mortality": (Mortality.from_tables, CATEGORY_SOURCE),
        "improvement": (lambda tables, _: Improvement.from_tables(tables), CATEGORY_SOURCE),
        "lapse": (Lapse.from_tables, CATEGORY_SOURCE),
        "benefit_expiry": (BenefitExpiry.from_tables, CATEGORY_SOURCE),
        "morbidity": (lambda tables, _: Morbidity.from_tables(tables), of_morbidity),
        "benefit_growth": (lambda tables, _: BenefitGrowth.from_tables(tables), CATEGORY_SOURCE),
        "premium_payment": (lambda tables, _: PremiumPayment.from_tables(tables), CATEGORY_SOURCE),
        "valuation_interest": (lambda tables, _: ValuationInterest.from_tables(tables), CATEGORY_SOURCE),
        "behaviour": (lambda tables, _: Behaviour.from_tables(tables), CATEGORY_SOURCE),
    }


@cache
def _bundled_part(name: PartName) -> Part:
    return _build(name, (), None)


@cache
def _bundled_tables() -> TableSet:
    from xl_ltc.assumptions.assumption_set import bundled_tables
    from xl_ltc.assumptions.table_set import TableSet

    return TableSet.checked(bundled_tables())
