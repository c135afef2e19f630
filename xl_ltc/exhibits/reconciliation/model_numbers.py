"""Which published numbers a model run shows so far, and how near it must come to each."""

from __future__ import annotations

from collections.abc import Iterator

from xl_ltc import filing
from xl_ltc.exhibits.cash_flows import FUTURE, HISTORY
from xl_ltc.exhibits.exhibit_1 import LETTER, LIFETIME
from xl_ltc.exhibits.reconciliation import allowances
from xl_ltc.exhibits.reconciliation.allowances import Place
from xl_ltc.exhibits.reconciliation.check import Class
from xl_ltc.exhibits.reconciliation.exhibit_1 import AMOUNTS, VALUED, rows_of, values_of
from xl_ltc.exhibits.reconciliation.sections import REGIONS, TOTAL, series_names
from xl_ltc.exhibits.reconciliation.valuation_mix import span
from xl_ltc.exhibits.table import ALL
from xl_ltc.filing import Printed
from xl_ltc.projection.results import BASES, Basis
from xl_ltc.settings import Settings

Number = tuple[Place, Class, Printed, float | None]
"""A published number: its place, class, as printed, and its absolute tolerance; None for the printed rounding."""

AVERAGES: dict[str, float | None] = {
    "interest_average": None,
    "cbul_average": allowances.CALLED_APPROXIMATE,
    "rbo_average": allowances.CALLED_APPROXIMATE,
}

_AS_FILED = Settings()

_RELATIVE_OF_ITEM = {
    "1": allowances.MODEL_HISTORY_VALUES,
    "2a": allowances.MODEL_HISTORY_VALUES,
    "6a": allowances.MODEL_HISTORY_VALUES,
}
"""Relative tolerances of Exhibit II; of other items, and of the test in millions, ``MODEL_VALUES``."""


def model_numbers() -> Iterator[Number]:
    """Every published number that a run shows so far.

    Class M, then class R: history, accumulated and present values, lifetime loss ratios, the 58%/85% test, and
    insureds and premium affected.
    """
    yield from _distributions()
    yield from _expected()
    yield from _projected("before", _AS_FILED.first_year)
    yield from _projected("after", _AS_FILED.increase_effective_year)
    printed = filing.printed("exhibit_2").cell("amount", "3")
    yield ("Ex2", "3", "amount"), "M", printed, allowances.MODEL_VALUES * printed.number
    yield from _history()
    for basis in BASES:
        yield from _values(basis)
    yield from _test()
    yield from _affected()


def _distributions() -> Iterator[Number]:
    increases, block = filing.printed("s02_rate_increase"), filing.printed("s21_distribution")
    for series in series_names():
        for (row,), printed in increases.column(series).items():
            yield ("s02", row, series), "M", printed, None
        for key, printed in block.column(series).items():
            yield ("s21", "/".join(key), series), "M", printed, None
    for (mode,), printed in filing.printed("s12_premium_mode").column("inforce_share").items():
        yield ("s12", mode, "share"), "M", printed, None
    for name, tolerance in AVERAGES.items():
        yield ("text", name, ""), "M", filing.printed("parameters").cell("value", name), tolerance


def _expected() -> Iterator[Number]:
    """Expected lifetime loss ratios (section 16): the series' calibrate the claim level, that of all follows."""
    for (series,), printed in filing.printed("s16_expected").column("expected_lifetime_loss_ratio").items():
        yield ("s16", series, "expected"), "M", printed, None


def _projected(basis: Basis, first_year: int) -> Iterator[Number]:
    """Amounts of Exhibit I-a or I-b from a year on."""
    table = rows_of(basis)
    for (label,) in table.rows:
        if span(label)[0] >= first_year:
            for key, column in AMOUNTS.items():
                printed = table.cell(column, label)
                yield (f"Ex1{LETTER[basis]}", label, key), "M", printed, _relative(column, label) * printed.number


def _relative(column: str, label: str) -> float:
    first, last = span(label)
    if first == last:
        return allowances.MODEL_LIVES if column == "lives" else allowances.MODEL_CASH
    return allowances.MODEL_LIVES_IN_GROUP[label] if column == "lives" else allowances.MODEL_CASH_IN_GROUP


def _history() -> Iterator[Number]:
    table = rows_of("before")
    for (label,) in table.rows:
        if span(label)[1] < _AS_FILED.first_year:
            for key, column in AMOUNTS.items():
                yield ("Ex1a", label, key), "R", table.cell(column, label), None


def _values(basis: Basis) -> Iterator[Number]:
    name, table = f"Ex1{LETTER[basis]}pv", values_of(basis)
    relative = {
        HISTORY: allowances.MODEL_HISTORY_VALUES,
        FUTURE: allowances.MODEL_VALUES,
        LIFETIME: allowances.MODEL_VALUES,
    }
    for period, allowed in relative.items():
        for measure in VALUED:
            printed = table.cell(measure, period)
            yield (name, period, measure), "R", printed, allowed * printed.number
        ratio = table.cell("loss_ratio", period)
        tolerance = allowances.MODEL_FUTURE_RATIO * ratio.number if period == FUTURE else None
        yield (name, period, "lr"), "R", ratio, tolerance


def _test() -> Iterator[Number]:
    """Lifetime loss ratios and the 58%/85% test (section 15, Exhibit II)."""
    ratios, in_millions = filing.printed("s15_lifetime_loss_ratio"), filing.printed("s15_test_58_85")
    for basis in BASES:
        yield ("s15", ALL, basis), "R", ratios.cell(basis, ALL), None
    for key, column in (("item5_musd", "item_5"), ("item7_musd", "item_7"), ("result", "result")):
        yield ("s15t", ALL, key), "R", in_millions.cell(column, ALL), _of_item("", in_millions.cell(column, ALL))
    for column in ("amount", "result"):
        for (item,), printed in filing.printed("exhibit_2").column(column).items():
            if (item, column) != ("3", "amount"):
                yield ("Ex2", item, column), "R", printed, _of_item(item, printed)


def _of_item(item: str, printed: Printed) -> float | None:
    if not printed.is_number or printed.number == 0.0:
        return None
    return _RELATIVE_OF_ITEM.get(item, allowances.MODEL_VALUES) * printed.number


def _affected() -> Iterator[Number]:
    """Insureds and premium affected; their totals follow from them (class E1)."""
    table = filing.printed("s22_insureds")
    for region, series in table.rows:
        if series != TOTAL:
            for column in ("insureds", "annualized_premium"):
                yield ("s22", REGIONS[region] + series, column), "R", table.cell(column, region, series), None
