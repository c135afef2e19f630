"""The sheet ``Solve``: what increase reaches the target, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping

from xl_ltc.control import ACTUAL_TO_EXPECTED, MARGIN, UNIFORM
from xl_ltc.exhibits.notes import projection_note, solved_increase_note
from xl_ltc.exhibits.solve_series_tables import answers, trials_by_series
from xl_ltc.exhibits.solve_tables import FIRST, given_by, increase_needed_of, measure_at, reference, tests_by_series
from xl_ltc.exhibits.solving import Solution
from xl_ltc.exhibits.solving_by_series import SeriesSolutions
from xl_ltc.exhibits.solving_curve import BESIDE_A_JUMP
from xl_ltc.exhibits.table import ALL, Cell, Column, Page, Row, Table, engine, live, text
from xl_ltc.rate_increase.solve import INCREASE_TOLERANCE, MEASURE_TOLERANCE

SHEET = "Solve"
_ON_ONE_PAGE = 25
"""With so many steps of the elections, or trials, the sheet is still legible on one page."""


def solve_page(found: Solution | SeriesSolutions, asked: Mapping[str, str]) -> Page:
    """The answer or that of each series, what it gives by series and in the 58%/85% test, and how it was found.

    Args:
        found: the answer.
        asked: what the reader must know of the inputs, by name.
    """
    request, settings = found.request, found.case.assumptions.settings
    how: tuple[Table, ...]
    if isinstance(found, Solution):
        how = (_steps(found), _trials(found))
        tables = (_answer(found), *given_by(found), *how)
        of = "" if found.case.only is None else f", series {found.case.only} by itself"
        what = "The smallest increase that reaches the target"
        run = "policies and history of that series" if of else "whole block"
    else:
        how = (trials_by_series(found),)
        given = (*given_by(found), *((tests_by_series(found),) if request.measure == MARGIN else ()))
        tables = (answers(found, given), *given, *how)
        of = " of each series by itself"
        what = "The smallest increase of each series that reaches the target with its own policies and history"
        run = "whole block, in which a series without an answer has no increase"
    reaction = "with CBUL, RBO and adverse selection" if request.behaviour else "without any reaction of insureds"
    rates = (
        "Actual to expected, and section 18's increase for it, at the rates of section 16; the rest at the maximum "
        "valuation rates"
        if request.measure == ACTUAL_TO_EXPECTED
        else "Values at the maximum valuation rates"
    )
    return Page(
        SHEET,
        "The increase that reaches a target, and what it gives.",
        (
            "Solve",
            f"Which is {request.increase_words}, for the {request.measure_words} to be {request.target:.4%}{of}?",
        ),
        tables,
        (
            text(f"{what}, {reaction}; the answer is a run of the {run}."),
            text(f"{rates}, history included."),
            solved_increase_note(settings, request.solve_for == UNIFORM),
            projection_note(settings),
            text("Inputs: " + ", ".join(f"{name} {value}" for name, value in asked.items()) + "."),
        ),
        one_page=len(how[0].rows) <= _ON_ONE_PAGE,
    )


def _answer(solution: Solution) -> Table:
    root, request = solution.root, solution.request

    def row(key: str, what: str, value: Cell, total: bool = False) -> Row:
        return Row(key, {"what": text(what), "value": value}, "total" if total else "body")

    rows = [
        row("answer", "Increase", engine(root.increase, "exact_percent"), total=True),
        row(
            "value",
            f"{request.measure_words[0].upper()}{request.measure_words[1:]} at it",
            live(f"={reference(measure_at(solution, ALL))}", root.value, "exact_percent"),
        ),
        row("target", "Target", Cell(request.target, measure="exact_percent")),
        row("off", "Off the target", live("={value.value}-{target.value}", root.value - request.target, "tiny")),
        row("off_at_most", "Off the target by no more than, but in a jump", Cell(MEASURE_TOLERANCE, measure="tiny")),
        row("tolerance", "The increase is found to within", Cell(INCREASE_TOLERANCE, measure="tiny")),
    ]
    needed, after = solution.increase_needed, solution.premium_after
    if needed is not None:
        formula = increase_needed_of(solution, ALL, "{target.value}", "{premium_after.value}")
        rows += [
            row("premium_after", "Premium after the effective date, present value ($)", engine(after, "money")),
            row("needed", "Increase needed if nobody reacts, section 18", live(formula, needed, "exact_percent")),
        ]
        if request.solve_for == UNIFORM:
            more = live("={answer.value}-{needed.value}", root.increase - needed, "exact_percent")
            rows.append(row("more", "Increase less the one of section 18", more))
    said = (solution.answer, solution.again)
    columns = Column("what", "", width=FIRST, wrap=False), Column("value", "Answer", "general", width=18)
    return Table("solve_answer", columns, tuple(rows), "Answer", tuple(text(words) for words in said if words))


def _steps(solution: Solution) -> Table:
    """The measure from no increase to the step of the elections that has the answer."""
    points = list(zip(solution.curve.increases, solution.curve.measures, strict=True))
    rows = []
    # Points go in pairs, just above a jump and just below the next one; the last may stand alone.
    for step, (begin, end) in enumerate(zip(points[::2], (*points[1::2], points[-1]), strict=False)):
        if begin[0] > solution.root.increase + 2 * BESIDE_A_JUMP:
            break
        cells = {"from": engine(begin[0]), "to": engine(end[0]), "above": engine(begin[1]), "below": engine(end[1])}
        rows.append(Row(str(step), {"step": text(f"Step {step + 1} of elections"), **cells}))
    columns = (
        Column("step", "", width=FIRST, wrap=False),
        Column("from", "From just above", "rate", "Increase", 18),
        Column("to", "To just below", "rate", "Increase", 16),
        Column("above", "Begin", "exact_percent", "Measure", 16),
        Column("below", "End", "exact_percent", "Measure", 16),
    )
    return Table("solve_steps", columns, tuple(rows), "The measure up to the answer")


def _trials(solution: Solution) -> Table:
    rows = tuple(
        Row(str(i), {"trial": text(i + 1), "increase": engine(increase), "measure": engine(value)})
        for i, (increase, value) in enumerate(solution.root.trials)
    )
    columns = (
        Column("trial", "Trial", "age", width=FIRST),
        Column("increase", "Increase", "exact_percent", width=18),
        Column("measure", "Measure", "exact_percent", width=16),
    )
    return Table("solve_trials", columns, rows, "Trials, in order")
