"""The fitted factors of a model, its cross-validation, and its coefficients along the path of penalties."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xl_ltc.exhibits.table import (
    Cell,
    Column,
    Measure,
    Page,
    Row,
    Table,
    engine,
    live,
    live_ratio,
    ratio_or_na,
    text,
)
from xl_ltc.experience.factor_model import FactorModel

FACTOR_SHEETS = ("Mortality factors", "Morbidity factors")
PENALTY_SHEETS = ("Mortality penalties", "Morbidity penalties")
PATH_SHEETS = ("Mortality paths", "Morbidity paths")

PENALTIES_SHOWN = 20
"""Penalties of which the coefficients are shown, besides the chosen one; the results files have all."""
CHOSEN = "chosen"


def factor_table(model: FactorModel) -> str:
    """The name of a model's table of factors."""
    return f"{model.title.lower()}_fitted"


def penalty_table(model: FactorModel) -> str:
    """The name of a model's table of penalties."""
    return f"{model.title.lower()}_penalties"


def factors_page(model: FactorModel) -> Page:
    """A row a level: actual to expected on the benchmark, the fitted and the current factor."""
    fit = model.fit
    rows = tuple(_levels(model))
    title = f"{model.title} factors"
    notes = [
        f"Penalized Poisson regression with a log link on the benchmark; penalty {fit.chosen + 1} of "
        f"{len(fit.penalties)}, {fit.penalties[fit.chosen]:.3g}.",
        "A factor is what the model makes of a level beside all others; actual to expected is of the level alone.",
        _strengths(model),
        _named("Levels without exposure: ", fit.without_exposure),
        _named("No events: only the penalty keeps the factor above 0: ", fit.without_events),
        *model.notes,
    ]
    return Page(
        title,
        f"{model.title} factors fitted to experience, a level a row, beside the current ones.",
        (title, "Fitted by a penalized regression, beside the current assumption"),
        (Table(factor_table(model), _columns(model), rows),),
        tuple(text(note) for note in notes if note),
    )


def _columns(model: FactorModel) -> tuple[Column, ...]:
    measure: Measure = "money" if model.unit == "$" else "tenths"
    return (
        Column("group", "Characteristic", width=26, wrap=False),
        Column("column", "", width=14, wrap=False),
        Column("row", "Level", width=12, wrap=False),
        Column("exposure", "Exposure", "count", width=11),
        Column("events", f"Actual ({model.unit})", "money", width=14),
        Column("expected", f"Expected on the benchmark ({model.unit})", measure, width=16),
        Column("ratio", "Actual to\nexpected", "hundredths", width=11),
        Column("fitted", "Fitted", "factor", "Factor", 10),
        Column("current", "Current", "factor", "Factor", 10),
        Column("change", "Fitted to\ncurrent", "hundredths", "Factor", 10),
    )


def _levels(model: FactorModel) -> Iterator[Row]:
    shown: set[str] = set()
    for record in model.levels.to_dict("records"):
        group, column, row = (str(record[name]) for name in ("group", "column", "row"))
        label = {} if group in shown else {"group": text(group)}
        shown.add(group)
        values = {name: float(record[name]) for name in ("exposure", "events", "expected", "fitted", "current")}
        cells: dict[str, Cell] = label | _named_level(column, row) | {name: engine(v) for name, v in values.items()}
        cells["ratio"] = live_ratio("{events}", "{expected}", ratio_or_na(values["events"], values["expected"]))
        cells["change"] = live_ratio("{fitted}", "{current}", ratio_or_na(values["fitted"], values["current"]))
        yield Row(level_key(group, column, row), cells)


def _named_level(column: str, row: str) -> dict[str, Cell]:
    return {"column": text(column), "row": text(row)}


def level_key(group: str, column: str, row: str) -> str:
    """The name of a level's row."""
    return f"{group}/{column}/{row}"


def _strengths(model: FactorModel) -> str:
    words = [
        f"{name} {strength:g}"
        for name, strength in zip(model.fit.layout.names, model.fit.strengths, strict=True)
        if strength
    ]
    if not words:
        return ""
    how = "the ones that cross-validate best" if model.fit.tried else "as set"
    return f"Strengths of smoothing, {how}: {', '.join(words)}."


_MOST_NAMED = 12


def _named(words: str, levels: tuple[tuple[str, str], ...]) -> str:
    if not levels:
        return ""
    first = [f"{name} {level}" for name, level in levels[:_MOST_NAMED]]
    more = len(levels) - len(first)
    return words + ", ".join(first) + (f" and {more} more." if more > 0 else ".")


def penalties_page(model: FactorModel) -> Page:
    """The cross-validated error of every penalty, beside no adjustment and no penalty."""
    fit = model.fit
    title = f"{model.title} penalties"
    columns = (
        Column("number", "Number", "year", width=10),
        Column("penalty", "Penalty", "tiny", width=12),
        Column("logarithm", "Logarithm of\nthe penalty", "decimal", width=13),
        Column("deviance", "Deviance", "exact", "Cross-validated", 14),
        Column("error", "Standard error", "exact", "Cross-validated", 14),
        Column("nonzero", "Coefficients\nnot zero", "count", width=13),
        Column("choice", "", width=34),
    )
    rows = tuple(_penalties(model))
    return Page(
        title,
        f"Cross-validation of the {model.title.lower()} model: the error of {len(fit.penalties)} penalties.",
        (title, "k-fold cross-validation, policies shuffled into the subsets"),
        (_comparison(model), Table(penalty_table(model), columns, rows, "Penalties tried")),
        (
            text("Deviance: of Poisson events in the subset that was held out, an expected event on the benchmark."),
            text("One standard error: the largest penalty whose deviance is within it of the least."),
        ),
    )


def _penalties(model: FactorModel) -> Iterator[Row]:
    fit = model.fit
    for i, penalty in enumerate(fit.penalties):
        marks = [
            words
            for words, at in (
                ("least deviance", fit.minimum),
                ("one standard error", fit.one_standard_error),
                (CHOSEN, fit.chosen),
            )
            if i == at
        ]
        cells = {
            "number": engine(i + 1),
            "penalty": engine(float(penalty)),
            "logarithm": live("=LOG10({penalty})", float(np.log10(penalty))),
            "deviance": engine(float(fit.mean[i])),
            "error": engine(float(fit.error[i])),
            "nonzero": engine(int(fit.nonzero[i])),
        }
        yield Row(str(i + 1), cells | ({"choice": text(", ".join(marks))} if marks else {}))


def _comparison(model: FactorModel) -> Table:
    fit, name = model.fit, penalty_table(model)
    chosen = fit.chosen + 1
    lines = {
        "benchmark": ("No adjustment: the benchmark itself", engine(fit.unadjusted)),
        "unpenalized": ("No penalty", engine(fit.unpenalized)),
        CHOSEN: ("The chosen penalty", live(f"={{{name}!{chosen}.deviance}}", fit.validated)),
    }
    rows = tuple(
        Row(
            key,
            {
                "number": text(words),
                "deviance": cell,
                "error": live(f"={{deviance}}-{{{CHOSEN}.deviance}}", float(str(cell.value)) - fit.validated),
            },
        )
        for key, (words, cell) in lines.items()
    )
    columns = (
        Column("number", "Factors", width=10, wrap=False),
        Column("penalty", "", width=12),
        Column("logarithm", "", width=13),
        Column("deviance", "Deviance", "exact", "Cross-validated", 14),
        Column("error", "More than\nchosen", "exact", "Cross-validated", 14),
    )
    return Table(f"{name}_compared", columns, rows, "What the penalty is worth")


def paths_page(model: FactorModel) -> Page:
    """Coefficients of the levels for some of the penalties."""
    fit = model.fit
    last = len(fit.penalties) - 1
    at = sorted({*np.linspace(0, last, min(PENALTIES_SHOWN, last + 1)).round().astype(int).tolist(), fit.chosen})
    title = f"{model.title} paths"
    columns = (
        Column("group", "Characteristic", width=26, wrap=False),
        Column("column", "", width=14, wrap=False),
        Column("row", "Level", width=12, wrap=False),
        *(
            Column(f"p{i}", f"{i + 1}\n{fit.penalties[i]:.1e}", "decimal", "Number and size of the penalty", 9)
            for i in at
        ),
    )
    shown: set[str] = set()
    rows = []
    for position, names in enumerate(model.levels[["group", "column", "row"]].to_numpy().tolist()):
        group, column, row = (str(name) for name in names)
        label = {} if group in shown else {"group": text(group)}
        shown.add(group)
        values = {f"p{i}": engine(float(fit.path[i, position])) for i in at}
        rows.append(Row(level_key(group, column, row), label | _named_level(column, row) | values))
    return Page(
        title,
        f"Coefficients of the {model.title.lower()} model along the path of penalties.",
        (title, "Logarithms of the factors as fitted, from the largest penalty to the smallest"),
        (Table(f"{model.title.lower()}_paths", columns, tuple(rows)),),
        (text(f"Penalty {fit.chosen + 1} was chosen. The results files have the coefficients of every penalty."),),
        wide=True,
    )
