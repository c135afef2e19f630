"""The sheet ``Solve``: what increase reaches the target, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping

from xl_ltc.control import LIFETIME
from xl_ltc.exhibits.solving import WORDS, Solution
from xl_ltc.exhibits.table import ALL, Cell, Column, Page, Row, Table, engine, live, live_ratio, ratio_or_na, text
from xl_ltc.inforce.block import Block
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.results import BASES

SHEET = "Solve"
_SUMS = {
    "premium_before": ("earned_premium", "before"),
    "claims_before": ("incurred_claims", "before"),
    "premium_after": ("earned_premium", "after"),
    "claims_after": ("incurred_claims", "after"),
}


def solve_page(solution: Solution, block: Block, series: tuple[str, ...], asked: Mapping[str, str]) -> Page:
    """The answer, what it gives by series, and how it was found.

    Args:
        solution: the answer.
        block: the policies it was found for.
        series: in order.
        asked: what the reader must know of the inputs, by name.
    """
    request = solution.request
    elections = "with CBUL, RBO and adverse selection" if request.behaviour else "without any reaction of insureds"
    return Page(
        SHEET,
        "The increase that reaches a target, and what it gives.",
        ("Solve", f"Which is {WORDS[request.solve_for]}, for a {request.measure_words} of {request.target:.4%}?"),
        (_answer(solution), _by_series(solution, series), _premium(solution, block, series), _trials(solution)),
        (
            text(f"Found by running the whole block at each trial, {elections}; all else as on the Settings sheet."),
            text("Values at the valuation date at the maximum valuation rates, history included."),
            text("Inputs: " + ", ".join(f"{name} {value}" for name, value in asked.items()) + "."),
        ),
    )


def _answer(solution: Solution) -> Table:
    root, request = solution.root, solution.request
    off = root.value - request.target
    rows = [
        Row("answer", {"what": text("Increase"), "value": engine(root.increase, "exact_percent")}, "total"),
        Row("value", {"what": text(f"{request.measure_words.capitalize()} at it"), "value": _measured(solution)}),
        Row("target", {"what": text("Target"), "value": Cell(request.target, measure="exact_percent")}),
        Row(
            "off",
            {
                "what": text("Off the target"),
                "value": live("={value.value}-{target.value}", off, "tiny"),
            },
        ),
        Row("runs", {"what": text("Runs of the engine"), "value": engine(len(root.trials), "count")}),
    ]
    notes: tuple[Cell, ...] = ()
    if root.jump is not None:
        below, above = root.jump
        notes = (
            text(
                f"No increase gives the target exactly: elections change in steps of the rounded increase, and at "
                f"{root.increase:.4%} the measure jumps from {below:.4%} to {above:.4%}."
            ),
        )
    columns = Column("what", "", width=46, wrap=False), Column("value", "Answer", "general", width=18)
    return Table("solve_answer", columns, tuple(rows), "Answer", notes)


def _measured(solution: Solution) -> Cell:
    if solution.request.measure == LIFETIME:
        ratio = f"{{solve_series!{ALL}.claims_after}}/{{solve_series!{ALL}.premium_after}}"
        return live(f"={ratio}", solution.root.value, "exact_percent")
    return engine(solution.root.value, "exact_percent")


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
        Column("series", "Series", width=46, wrap=False),
        Column("before", "Before", "tenths_percent", "Lifetime loss ratio", 18),
        Column("after", "After", "tenths_percent", "Lifetime loss ratio", 12),
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
    rows, total = [], dict.fromkeys(("insureds", "now", "then"), 0.0)
    for i, name in enumerate(series):
        here = solution.affected & (codes == i)
        then = float((premium[here] * (1.0 + solution.increase[here])).sum())
        values = {"insureds": float(here.sum()), "now": float(premium[here].sum()), "then": then}
        total = {key: total[key] + value for key, value in values.items()}
        cells = {key: engine(value) for key, value in values.items()}
        rows.append(Row(name, {"series": text(name), **cells, "average": _average(values["now"], then)}))
    added = {k: live(f"=SUM({{{series[0]}.{k}}}:{{{series[-1]}.{k}}})", v) for k, v in total.items()}
    rows.append(Row(ALL, {"series": text(ALL), **added, "average": _average(total["now"], total["then"])}, "total"))
    columns = (
        Column("series", "Series", width=46, wrap=False),
        Column("average", "Average increase, by premium", "tenths_percent", width=18),
        Column("insureds", "Insureds affected", "count", width=12),
        Column("now", "Annualized premium now ($)", "money", width=16),
        Column("then", "After the increase ($)", "money", width=16),
    )
    return Table("solve_premium", columns, tuple(rows), "Insureds affected at the answer")


def _average(now: float, then: float) -> Cell:
    value = ratio_or_na(then - now, now)
    return live_ratio("({then}-{now})", "{now}", value)


def _trials(solution: Solution) -> Table:
    rows = tuple(
        Row(str(i), {"trial": text(i + 1), "increase": engine(increase), "measure": engine(value)})
        for i, (increase, value) in enumerate(solution.root.trials)
    )
    columns = (
        Column("trial", "Trial", "age", width=46),
        Column("increase", "Increase", "exact_percent", width=18),
        Column("measure", "Measure", "exact_percent", width=16),
    )
    return Table("solve_trials", columns, rows, "Trials, in order")
