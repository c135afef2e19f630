"""Tables of the sheet ``Solve`` where each series has an answer of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xl_ltc.control import MARGIN
from xl_ltc.exhibits.solve_tables import AFFECTED, FIRST, increase_needed_of, measure_at, reference
from xl_ltc.exhibits.solving import Solution
from xl_ltc.exhibits.solving_by_series import SeriesSolutions
from xl_ltc.exhibits.table import ALL, Cell, Column, Row, Table, engine, live, text
from xl_ltc.rate_increase.solve import INCREASE_TOLERANCE, MEASURE_TOLERANCE, NoAnswer

ANSWERS = "solve_answers"


def answers(found: SeriesSolutions, given: Sequence[Table]) -> Table:
    """Each series' increase and its measure, or why there is none; and all series under these increases.

    Args:
        found: the answers.
        given: the tables that show what they give.
    """
    shown = {table.name: table for table in given}
    rows = [Row(name, {"series": text(name), **_cells(found, of, shown)}) for name, of in found.solutions.items()]
    average = (AFFECTED, ALL, "average")
    together = {
        "series": text(ALL),
        "answer": _linked(average, shown),
        "measure": _linked(measure_at(found, ALL), shown),
    }
    rows.append(Row(ALL, together, "total"))
    needed = (
        Column("needed", "Needed if nobody reacts, section 18", "exact_percent", width=16),
        Column("premium_after", "Premium after the effective date, PV ($)", "money", width=16),
    )
    columns = (
        Column("series", "Series", width=FIRST, wrap=False),
        Column("answer", "Increase", "exact_percent", width=18, wrap=False),
        Column("measure", "Measure at it", "exact_percent", width=16),
        Column("target", "Target", "exact_percent", width=16),
        Column("off", "Off the target", "tiny", width=16),
        *(() if found.request.measure == MARGIN else needed),
    )
    said = [of.summary for of in found.solved if of.root.jump is not None or of.root.again]
    notes = (
        f"The increases are found to within {INCREASE_TOLERANCE:g}, with the measure off the target by no more than "
        f"{MEASURE_TOLERANCE:g} but in a jump. In the line of all series: the average increase by premium, and the "
        "measure of all under these increases.",
        "The measure at every step of a series' elections is shown where that series alone is solved for.",
        *said,
    )
    return Table(ANSWERS, columns, tuple(rows), "Answer of each series", tuple(text(words) for words in notes))


def _cells(found: SeriesSolutions, of: Solution | NoAnswer, shown: Mapping[str, Table]) -> dict[str, Cell]:
    if isinstance(of, NoAnswer):
        return {"answer": Cell(of.reason, measure="text")}
    name, target = str(of.case.only), found.request.target
    measure = _linked(measure_at(found, name), shown)
    off = float(measure.value) - target  # type: ignore[arg-type]
    cells = {
        "answer": engine(of.root.increase),
        "measure": measure,
        "target": Cell(target),
        "off": live("={measure}-{target}", off),
    }
    needed = of.increase_needed
    if needed is not None:
        cells["premium_after"] = engine(of.premium_after)
        cells["needed"] = live(increase_needed_of(found, name, "{target}", "{premium_after}"), needed)
    return cells


def _linked(place: tuple[str, str, str], shown: Mapping[str, Table]) -> Cell:
    table, row, column = place
    return live(f"={reference(place)}", shown[table].cell(row, column).value)


def trials_by_series(found: SeriesSolutions) -> Table:
    """Every trial of every series."""
    rows = [
        Row(
            f"{of.case.only} {i}",
            {
                "series": text(of.case.only),
                "trial": text(i + 1),
                "increase": engine(increase),
                "measure": engine(value),
            },
        )
        for of in found.solved
        for i, (increase, value) in enumerate(of.root.trials)
    ]
    columns = (
        Column("series", "Series", width=FIRST, wrap=False),
        Column("trial", "Trial", "age", width=18),
        Column("increase", "Increase", "exact_percent", width=16),
        Column("measure", "Measure", "exact_percent", width=16),
    )
    return Table("solve_trials", columns, tuple(rows), "Trials, in order")
