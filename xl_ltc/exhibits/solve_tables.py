"""Tables of the sheet ``Solve`` that show what increases give, whether one was found or one for each series."""

from __future__ import annotations

from collections.abc import Mapping

from xl_ltc.control import ACTUAL_TO_EXPECTED, LIFETIME
from xl_ltc.exhibits.exhibit_2 import DESCRIPTIONS, TOTALS, Given, items, product
from xl_ltc.exhibits.solving import Solution
from xl_ltc.exhibits.solving_by_series import SeriesSolutions
from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Row,
    Table,
    engine,
    live,
    live_ratio,
    ratio_or_na,
    text,
)
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.results import BASES

FIRST = 46
"""Width of the column that says what a row is."""
AT_VALUATION_RATES, PRICED, EXPECTED = "solve_series", "solve_priced", "solve_expected"
AFFECTED, TEST, TESTS = "solve_premium", "solve_test", "solve_tests"
"""Names of tables."""
_SUMS = {
    "premium_before": ("earned_premium", "before"),
    "claims_before": ("incurred_claims", "before"),
    "premium_after": ("earned_premium", "after"),
    "claims_after": ("incurred_claims", "after"),
}


def given_by(found: Solution | SeriesSolutions) -> tuple[Table, ...]:
    """Loss ratios, expected ones if they are asked for, insureds affected and the 58%/85% test."""
    series = found.case.series
    valued = _by_series(AT_VALUATION_RATES, found.experience, series, "Lifetime loss ratios at the answer")
    return (valued, *_actual_to_expected(found), _premium(found), _test(found))


def measure_at(found: Solution | SeriesSolutions, row: str) -> tuple[str, str, str]:
    """Table, row and column of the measure after the increase, of a series or of all.

    They are in ``given_by``, but for the test of a series, which is in ``tests_by_series``.
    """
    if found.request.measure == LIFETIME:
        return AT_VALUATION_RATES, row, "after"
    if found.request.measure == ACTUAL_TO_EXPECTED:
        return EXPECTED, row, "after"
    return (TEST, "margin", "result") if row == ALL else (TESTS, row, "margin")


def reference(place: tuple[str, str, str]) -> str:
    """A table, row and column as formulas have it."""
    table, row, column = place
    return f"{{{table}!{row}.{column}}}"


def increase_needed_of(found: Solution | SeriesSolutions, row: str, target: str, premium_after: str) -> str:
    """Formula of section 18's increase needed, of a series or of all.

    Args:
        found: with a measure that is a loss ratio.
        row: of the tables.
        target, premium_after: references to these.
    """
    priced = found.request.measure == ACTUAL_TO_EXPECTED
    before = f"{{{EXPECTED if priced else AT_VALUATION_RATES}!{row}.before}}"
    premium = f"{{{PRICED if priced else AT_VALUATION_RATES}!{row}.premium_before}}"
    return f"=({before}/{target}-1)*{premium}/{premium_after}"


def _sums(experience: Experience) -> dict[str, float]:
    return {key: experience.values(measure, basis).lifetime for key, (measure, basis) in _SUMS.items()}  # type: ignore[arg-type]


def _by_series(name: str, experience: Experience, series: tuple[str, ...], heading: str) -> Table:
    sums = {name: _sums(experience.where(series=name)) for name in series}
    rows = []
    for one, of in sums.items():
        rows.append(Row(one, {"series": text(one), **{k: engine(v) for k, v in of.items()}, **_ratios(of)}))
    total = {key: sum(of[key] for of in sums.values()) for key in _SUMS}
    added = {key: live(f"=SUM({{{series[0]}.{key}}}:{{{series[-1]}.{key}}})", value) for key, value in total.items()}
    rows.append(Row(ALL, {"series": text(ALL), **added, **_ratios(total)}, "total"))
    columns = (
        Column("series", "Series", width=FIRST, wrap=False),
        Column("before", "Before", "tenths_percent", "Lifetime loss ratio", 18),
        Column("after", "After", "tenths_percent", "Lifetime loss ratio", 16),
        *(
            Column(key, key.partition("_")[0].capitalize(), "money", f"Lifetime values {basis} ($)", 16)
            for key, (_, basis) in _SUMS.items()
        ),
    )
    return Table(name, columns, tuple(rows), heading)


def _ratios(sums: Mapping[str, float]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for basis in BASES:
        premium, claims = f"premium_{basis}", f"claims_{basis}"
        cells[basis] = live_ratio(f"{{{claims}}}", f"{{{premium}}}", ratio_or_na(sums[claims], sums[premium]))
    return cells


def _actual_to_expected(found: Solution | SeriesSolutions) -> tuple[Table, ...]:
    """Loss ratios at the rates of section 16, and over the expected ones; nothing for another measure."""
    if found.request.measure != ACTUAL_TO_EXPECTED:
        return ()
    case = found.case
    settings, interest = case.assumptions.settings, case.assumptions.pricing_interest
    experience = Experience.at_pricing_consistent_rates(found.cash_flows, settings, interest)
    priced = _by_series(PRICED, experience, case.series, "Lifetime loss ratios at the rates of section 16")
    rows = []
    for name in (*case.series, ALL):
        # The one series there is has the expected ratio of the series.
        ratio = case.expected_loss_ratio(case.only or name)
        known = ratio > 0.0
        cells: dict[str, Cell] = {"series": text(name), "expected": engine(ratio if known else NOT_AVAILABLE)}
        for basis in BASES:
            actual = priced.cell(name, basis).value
            value = actual / ratio if known and isinstance(actual, float) else NOT_AVAILABLE
            actual_in = f"{{{PRICED}!{name}.{basis}}}"
            formula = (
                f'=IF(AND(ISNUMBER({actual_in}),ISNUMBER({{expected}})),{actual_in}/{{expected}},"{NOT_AVAILABLE}")'
            )
            cells[basis] = live(formula, value)
        rows.append(Row(name, cells, "total" if name == ALL else "body"))
    columns = (
        Column("series", "Series", width=FIRST, wrap=False),
        Column("before", "Before", "exact_percent", "Actual to expected", 18),
        Column("after", "After", "exact_percent", "Actual to expected", 16),
        Column("expected", "Expected lifetime loss ratio", "exact_percent", width=16),
    )
    return priced, Table(EXPECTED, columns, tuple(rows), "Actual-to-expected loss ratios at the answer")


def _premium(found: Solution | SeriesSolutions) -> Table:
    """What the answer means for the insureds affected."""
    case, increase = found.case, found.increase
    premium, series = case.block.numbers("annualized_premium"), case.series
    rows, total = [], dict.fromkeys(("insureds", "now", "then", "stay"), 0.0)
    for name in series:
        here = increase.affected & case.in_series(name)
        values = {
            "insureds": float(here.sum()),
            "now": float(premium[here].sum()),
            "then": float((premium[here] * (1.0 + increase.increase[here])).sum()),
            "stay": float((1.0 - increase.cbul[here]).sum()),
        }
        total = {key: total[key] + value for key, value in values.items()}
        cells = {key: engine(value) for key, value in values.items()}
        rows.append(Row(name, {"series": text(name), **cells, **_shares(values)}))
    added = {k: live(f"=SUM({{{series[0]}.{k}}}:{{{series[-1]}.{k}}})", v) for k, v in total.items()}
    rows.append(Row(ALL, {"series": text(ALL), **added, **_shares(total)}, "total"))
    columns = (
        Column("series", "Series", width=FIRST, wrap=False),
        Column("average", "Average increase, by premium", "tenths_percent", width=18),
        Column("lapse", "CBUL elections", "tenths_percent", width=16),
        Column("insureds", "Insureds affected", "count", width=16),
        Column("stay", "Insureds who stay", "count", width=16),
        Column("now", "Annualized premium now ($)", "money", width=16),
        Column("then", "After the increase, before elections ($)", "money", width=16),
    )
    return Table(AFFECTED, columns, tuple(rows), "Insureds affected at the answer")


def _shares(of: Mapping[str, float]) -> dict[str, Cell]:
    average = ratio_or_na(of["then"] - of["now"], of["now"])
    lapse = ratio_or_na(of["insureds"] - of["stay"], of["insureds"])
    return {
        "average": live_ratio("({then}-{now})", "{now}", average),
        "lapse": live_ratio("({insureds}-{stay})", "{insureds}", lapse),
    }


def _test(found: Solution | SeriesSolutions) -> Table:
    """The 58%/85% test at the answer; its factors stand here as they were, whatever the settings are later."""
    test, settings = found.experience.test_58_85(), found.case.assumptions.settings
    claims = found.experience.values("incurred_claims", "after").future
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
        Column("item", "Item", width=FIRST),
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
    return Table(TEST, columns, tuple(rows), "58%/85% test at the answer")


def tests_by_series(found: SeriesSolutions) -> Table:
    """The margin of the 58%/85% test of each series; the factors are those of the test of all."""
    rows = []
    claims = f"({{past_claims}}+{{claims}}*{{{TEST}!6b.factor}})"
    factored = f"({{initial}}*{{{TEST}!1.factor}}+({{premium}}-{{initial}})*{{{TEST}!4b.factor}})"
    for name in found.case.series:
        experience = found.experience.where(series=name)
        test = experience.test_58_85()
        cells = {
            "series": text(name),
            "initial": engine(test.item_1 + test.item_3),
            "premium": engine(test.item_2a + test.item_4a),
            "past_claims": engine(test.item_6a),
            "claims": engine(experience.values("incurred_claims", "after").future),
            "margin": live(
                f'=IF({factored}=0,"{NOT_AVAILABLE}",{claims}/{factored}-1)',
                test.margin if test.item_5 else NOT_AVAILABLE,
            ),
        }
        rows.append(Row(name, cells))
    columns = (
        Column("series", "Series", width=FIRST, wrap=False),
        Column("margin", "Item 7 over item 5 less one", "exact_percent", width=18),
        Column("initial", "Initial premium, items 1 and 3", "money", "Lifetime values ($)", 16),
        Column("premium", "Premium, items 2a and 4a", "money", "Lifetime values ($)", 16),
        Column("past_claims", "Claims, item 6a", "money", "Lifetime values ($)", 16),
        Column("claims", "Future claims", "money", "Lifetime values ($)", 16),
    )
    return Table(TESTS, columns, tuple(rows), "58%/85% test of each series under these increases")
