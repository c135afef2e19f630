"""The sheet ``Solve``: what increase reaches the target, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping

from xl_ltc.control import LIFETIME, UNIFORM
from xl_ltc.exhibits.exhibit_2 import DESCRIPTIONS, TOTALS, Given, items, product
from xl_ltc.exhibits.notes import projection_note, solved_increase_note
from xl_ltc.exhibits.solving import WORDS, Solution
from xl_ltc.exhibits.solving_curve import BESIDE_A_JUMP
from xl_ltc.exhibits.table import ALL, Cell, Column, Page, Row, Table, engine, live, live_ratio, ratio_or_na, text
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.results import BASES
from xl_ltc.rate_increase.solve import INCREASE_TOLERANCE

SHEET = "Solve"
_SUMS = {
    "premium_before": ("earned_premium", "before"),
    "claims_before": ("incurred_claims", "before"),
    "premium_after": ("earned_premium", "after"),
    "claims_after": ("incurred_claims", "after"),
}
_FIRST = 46
"""Width of the column that says what a row is."""
_ON_ONE_PAGE = 25
"""With so many steps of the elections the sheet is still legible on one page."""


def solve_page(solution: Solution, block: Block, series: tuple[str, ...], asked: Mapping[str, str]) -> Page:
    """The answer, what it gives by series and in the 58%/85% test, and how it was found.

    Args:
        solution: the answer.
        block: the policies it was found for.
        series: in order.
        asked: what the reader must know of the inputs, by name.
    """
    request, settings = solution.request, solution.experience.settings
    steps = _steps(solution)
    elections = "with CBUL, RBO and adverse selection" if request.behaviour else "without any reaction of insureds"
    return Page(
        SHEET,
        "The increase that reaches a target, and what it gives.",
        ("Solve", f"Which is {WORDS[request.solve_for]}, for a {request.measure_words} of {request.target:.4%}?"),
        (
            _answer(solution),
            _by_series(solution, series),
            _premium(solution, block, series),
            _test(solution),
            steps,
            _trials(solution),
        ),
        (
            text(
                f"The smallest increase that reaches the target, {elections}; the answer is a run of the whole block."
            ),
            text("Values at the valuation date at the maximum valuation rates, history included."),
            solved_increase_note(settings, request.solve_for == UNIFORM),
            projection_note(settings),
            text("Inputs: " + ", ".join(f"{name} {value}" for name, value in asked.items()) + "."),
        ),
        one_page=len(steps.rows) <= _ON_ONE_PAGE,
    )


def _answer(solution: Solution) -> Table:
    root, request = solution.root, solution.request
    measure = f"={{solve_series!{ALL}.after}}" if request.measure == LIFETIME else "={solve_test!margin.result}"

    def row(key: str, what: str, value: Cell, total: bool = False) -> Row:
        return Row(key, {"what": text(what), "value": value}, "total" if total else "body")

    rows = (
        row("answer", "Increase", engine(root.increase, "exact_percent"), total=True),
        row("value", f"{request.measure_words.capitalize()} at it", live(measure, root.value, "exact_percent")),
        row("target", "Target", Cell(request.target, measure="exact_percent")),
        row("off", "Off the target", live("={value.value}-{target.value}", root.value - request.target, "tiny")),
        row("tolerance", "The increase is found to within", Cell(INCREASE_TOLERANCE, measure="tiny")),
    )
    said = (solution.answer, solution.again)
    columns = Column("what", "", width=_FIRST, wrap=False), Column("value", "Answer", "general", width=18)
    return Table("solve_answer", columns, rows, "Answer", tuple(text(words) for words in said if words))


def _sums(experience: Experience) -> dict[str, float]:
    return {key: experience.values(measure, basis).lifetime for key, (measure, basis) in _SUMS.items()}  # type: ignore[arg-type]


def _by_series(solution: Solution, series: tuple[str, ...]) -> Table:
    sums = {name: _sums(solution.experience.where(series=name)) for name in series}
    rows = []
    for name, of in sums.items():
        rows.append(Row(name, {"series": text(name), **{k: engine(v) for k, v in of.items()}, **_ratios(of)}))
    total = {key: sum(of[key] for of in sums.values()) for key in _SUMS}
    added = {key: live(f"=SUM({{{series[0]}.{key}}}:{{{series[-1]}.{key}}})", value) for key, value in total.items()}
    rows.append(Row(ALL, {"series": text(ALL), **added, **_ratios(total)}, "total"))
    columns = (
        Column("series", "Series", width=_FIRST, wrap=False),
        Column("before", "Before", "tenths_percent", "Lifetime loss ratio", 18),
        Column("after", "After", "tenths_percent", "Lifetime loss ratio", 16),
        *(
            Column(key, key.partition("_")[0].capitalize(), "money", f"Lifetime values {basis} ($)", 16)
            for key, (_, basis) in _SUMS.items()
        ),
    )
    return Table("solve_series", columns, tuple(rows), "Lifetime loss ratios at the answer")


def _ratios(sums: Mapping[str, float]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for basis in BASES:
        premium, claims = f"premium_{basis}", f"claims_{basis}"
        cells[basis] = live_ratio(f"{{{claims}}}", f"{{{premium}}}", ratio_or_na(sums[claims], sums[premium]))
    return cells


def _premium(solution: Solution, block: Block, series: tuple[str, ...]) -> Table:
    """What the answer means for the insureds affected."""
    premium, codes = block.numbers("annualized_premium"), block.codes("series")
    found = solution.increase
    rows, total = [], dict.fromkeys(("insureds", "now", "then", "stay"), 0.0)
    for i, name in enumerate(series):
        here = found.affected & (codes == i)
        values = {
            "insureds": float(here.sum()),
            "now": float(premium[here].sum()),
            "then": float((premium[here] * (1.0 + found.increase[here])).sum()),
            "stay": float((1.0 - found.cbul[here]).sum()),
        }
        total = {key: total[key] + value for key, value in values.items()}
        cells = {key: engine(value) for key, value in values.items()}
        rows.append(Row(name, {"series": text(name), **cells, **_shares(values)}))
    added = {k: live(f"=SUM({{{series[0]}.{k}}}:{{{series[-1]}.{k}}})", v) for k, v in total.items()}
    rows.append(Row(ALL, {"series": text(ALL), **added, **_shares(total)}, "total"))
    columns = (
        Column("series", "Series", width=_FIRST, wrap=False),
        Column("average", "Average increase, by premium", "tenths_percent", width=18),
        Column("lapse", "CBUL elections", "tenths_percent", width=16),
        Column("insureds", "Insureds affected", "count", width=16),
        Column("stay", "Insureds who stay", "count", width=16),
        Column("now", "Annualized premium now ($)", "money", width=16),
        Column("then", "After the increase, before elections ($)", "money", width=16),
    )
    return Table("solve_premium", columns, tuple(rows), "Insureds affected at the answer")


def _shares(of: Mapping[str, float]) -> dict[str, Cell]:
    average = ratio_or_na(of["then"] - of["now"], of["now"])
    lapse = ratio_or_na(of["insureds"] - of["stay"], of["insureds"])
    return {
        "average": live_ratio("({then}-{now})", "{now}", average),
        "lapse": live_ratio("({insureds}-{stay})", "{insureds}", lapse),
    }


def _test(solution: Solution) -> Table:
    """The 58%/85% test at the answer; its factors stand here as they were, whatever the settings are later."""
    test, settings = solution.experience.test_58_85(), solution.experience.settings
    claims = solution.experience.values("incurred_claims", "after").future
    given = Given(
        amounts={
            "1": engine(test.item_1),
            "2a": engine(test.item_2a),
            "3": engine(test.item_3),
            "4a": engine(test.item_4a),
            "6a": engine(test.item_6a),
        },
        item_6b=product(engine(claims), Cell(1.0 + settings.moderately_adverse_margin)),
        by_initial=Cell(test.initial_factor),
        by_increase=Cell(test.increase_factor),
    )
    columns = (
        Column("item", "Item", width=_FIRST),
        Column("amount", "Amount ($)", "money", width=18),
        Column("factor", "Factor", "ratio", width=16),
        Column("result", "Result ($)", "money", width=16),
    )
    shown = {column.key for column in columns}
    rows = [
        Row(
            item,
            {"item": text(f"{item}  {DESCRIPTIONS[item]}"), **{k: c for k, c in cells.items() if k in shown}},
            "total" if item in TOTALS else "body",
        )
        for item, cells in items(test, given).items()
    ]
    margin = live("={7.result}/{5.result}-1", test.margin, "exact_percent")
    rows.append(Row("margin", {"item": text("Item 7 over item 5 less one"), "result": margin}))
    return Table("solve_test", columns, tuple(rows), "58%/85% test at the answer")


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
        Column("step", "", width=_FIRST, wrap=False),
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
        Column("trial", "Trial", "age", width=_FIRST),
        Column("increase", "Increase", "exact_percent", width=18),
        Column("measure", "Measure", "exact_percent", width=16),
    )
    return Table("solve_trials", columns, rows, "Trials, in order")
