"""Assumption sets beside each other on a sheet (Exhibit III and Appendix B are such comparisons)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS
from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Measure,
    Page,
    Row,
    Table,
    engine,
    live,
    text,
)
from xl_ltc.pricing.comparison import AGES, DURATIONS, IMPROVED_AT, IMPROVED_IN, SEASONED, SetRates

SHEET = "Set comparison"
_KEY, _AT, _WIDTH = 16.0, 12.0, 18.0
_LAST = "difference"


def set_comparison_page(found: Sequence[SetRates], series: Sequence[str], known: Mapping[str, str]) -> Page:
    """The page.

    Args:
        found: of each set; series: in code order.
        known: what the inputs are known again by.
    """
    durations = [f"Policy year {t}" for t in DURATIONS]
    ages = [f"Age {x}" for x in AGES]
    tables = (
        _chosen(found, series),
        _results(found, series),
        _rates("interest", "Interest", [r.interest[:, None] for r in found], found, series, [""], "rate"),
        _rates(
            "lapse_lifetime",
            "Voluntary lapse, lifetime pay",
            [r.lapse_lifetime_pay for r in found],
            found,
            series,
            durations,
            "rate",
        ),
        _rates(
            "lapse_limited",
            "Voluntary lapse, limited pay",
            [r.lapse_limited_pay for r in found],
            found,
            series,
            durations,
            "rate",
        ),
        _rates("expiry", "Benefit expiry", [r.benefit_expiry for r in found], found, series, ages, "rate"),
        _rates(
            "mortality",
            f"Mortality, policy year {SEASONED}",
            [r.mortality for r in found],
            found,
            series,
            ages,
            "rate",
        ),
        _rates(
            "claims",
            f"Annual claims of a life at the benefit of issue ($), policy year {SEASONED}",
            [r.claims for r in found],
            found,
            series,
            ages,
            "money",
        ),
        _rates(
            "claim_durations",
            f"Claims in a policy year over those in year {SEASONED} at the same age",
            [r.claim_durations for r in found],
            found,
            series,
            durations,
            "hundredths",
        ),
        _rates(
            "improvement",
            f"Improvement: factor on mortality and claims at age {IMPROVED_AT} in projection year {IMPROVED_IN}",
            [r.improvement[:, None] for r in found],
            found,
            series,
            [""],
            "factor",
        ),
    )
    return Page(
        SHEET,
        "Assumption sets beside each other: average rates over the policies in force, and results.",
        (SHEET, " beside ".join(r.mix.name for r in found)),
        tables,
        (
            text(
                "Averages over the policies in force of a series, each counting once, at the age or policy year of the "
                "row. The last column is the last set over the first, less one; of interest, the last less the first. "
                "Claims of a pricing basis whose level is not known are N/A."
            ),
            text("Known by: " + ", ".join(f"{what} {value}" for what, value in known.items()) + "."),
        ),
        landscape=True,
    )


def _columns(found: Sequence[SetRates], measure: Measure, difference: Measure, at: bool = True) -> tuple[Column, ...]:
    return (
        Column("series", "Series", width=_KEY),
        Column("at", "At" if at else "", width=_AT),
        *(Column(f"set_{i}", r.mix.name, measure, width=_WIDTH) for i, r in enumerate(found)),
        Column(_LAST, "Last over first", difference, width=_WIDTH),
    )


def _number(value: float) -> Cell:
    return engine(value) if np.isfinite(value) else text(NOT_AVAILABLE)


def _difference(first: Cell, last: Cell, key: str, absolute: bool) -> Cell:
    one, other = "{set_0}", f"{{{key}}}"
    a, b = first.value, last.value
    known = isinstance(a, float) and isinstance(b, float) and (absolute or a != 0.0)
    value: float | str = NOT_AVAILABLE
    if known and isinstance(a, float) and isinstance(b, float):
        value = b - a if absolute else b / a - 1.0
    formula = f"{other}-{one}" if absolute else f"{other}/{one}-1"
    tested = f"ISNUMBER({one}),ISNUMBER({other})" + ("" if absolute else f",N({one})<>0")
    return live(f'=IF(AND({tested}),{formula},"{NOT_AVAILABLE}")', value)


def _rates(
    name: str,
    heading: str,
    rates: Sequence[np.ndarray],
    found: Sequence[SetRates],
    series: Sequence[str],
    at: Sequence[str],
    measure: Measure,
) -> Table:
    absolute = name == "interest"
    rows = []
    for i, label in enumerate(series):
        for j, where in enumerate(at):
            cells: dict[str, Cell] = {"series": text(label), "at": text(where)}
            cells |= {f"set_{k}": _number(float(r[i, j])) for k, r in enumerate(rates)}
            cells[_LAST] = _difference(
                cells["set_0"], cells[f"set_{len(found) - 1}"], f"set_{len(found) - 1}", absolute
            )
            rows.append(Row(f"{i}/{j}", cells))
    columns = _columns(found, measure, "rate" if absolute else "difference")
    return Table(f"compared_{name}", columns, tuple(rows), heading)


def _chosen(found: Sequence[SetRates], series: Sequence[str]) -> Table:
    """What each set takes from where."""
    rows = []
    for i, label in enumerate(series):
        for assumption in ASSUMPTIONS:
            cells: dict[str, Cell] = {"series": text(label), "at": text(assumption.capitalize())}
            cells |= {f"set_{k}": text(r.mix.choices[i][assumption]) for k, r in enumerate(found)}
            rows.append(Row(f"{i}/{assumption}", cells))
    columns = _columns(found, "text", "text")[:-1]
    return Table("compared_choices", columns, tuple(rows), "Where Each Assumption Is From")


def _results(found: Sequence[SetRates], series: Sequence[str]) -> Table:
    """Lifetime premium, claims and loss ratio of history and projection."""
    rows = []
    last = f"set_{len(found) - 1}"
    for key, label in ({ALL: ALL} | {str(i): name for i, name in enumerate(series)}).items():
        amounts: dict[str, dict[str, float]] = {}
        for measure in ("premium", "claims"):
            of_sets = [getattr(rates.values, measure) for rates in found]
            amounts[measure] = {
                f"set_{k}": float(v.sum() if key == ALL else v[int(key)]) for k, v in enumerate(of_sets)
            }
            cells: dict[str, Cell] = {"series": text(label), "at": text(f"Lifetime {measure} ($)")}
            for k, value in amounts[measure].items():
                parts = ",".join(f"{{{i}/{measure}.{k}}}" for i in range(len(series)))
                total = f'=IF(COUNT({parts})={len(series)},SUM({parts}),"{NOT_AVAILABLE}")'
                cells[k] = live(total, _or_na(value)) if key == ALL else _number(value)
            cells[_LAST] = _difference(cells["set_0"], cells[last], last, False)
            rows.append(Row(f"{key}/{measure}", cells))
        cells = {"series": text(label), "at": text("Loss ratio")}
        for k, premium in amounts["premium"].items():
            ratio = _or_na(amounts["claims"][k] / premium) if premium else NOT_AVAILABLE
            claims = f"{{{key}/claims.{k}}}"
            known = f"AND(ISNUMBER({claims}),{{{key}/premium.{k}}}<>0)"
            cells[k] = live(f'=IF({known},{claims}/{{{key}/premium.{k}}},"{NOT_AVAILABLE}")', ratio, "ratio")
        cells[_LAST] = _difference(cells["set_0"], cells[last], last, False)
        rows.append(Row(f"{key}/ratio", cells, "total" if key == ALL else "body"))
    columns = _columns(found, "money", "difference")
    return Table("compared_results", columns, tuple(rows), "History and Projection at Rates as Priced")


def _or_na(value: float) -> float | str:
    return value if np.isfinite(value) else NOT_AVAILABLE
