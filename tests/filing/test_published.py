"""Golden test: every printed number that follows from other printed numbers, against an independent list of them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.reconcile import Check, as_records, from_printed, reconcile, summary
from xl_ltc.exhibits.reconciliation.interval import Interval
from xl_ltc.exhibits.reconciliation.sections import mean_with_paid_up, series_names, weights
from xl_ltc.exhibits.reconciliation.valuation_mix import RateMix, by_year, increase_by_rate, span

with (Path(__file__).parent / "published_values.csv").open(encoding="utf-8", newline="") as handle:
    PUBLISHED = {(r["table"], r["row"], r["column"], r["printed"]): r for r in csv.DictReader(handle)}

KNOWN_EXCEPTIONS = {("s19", "500", "after"), ("s19", "511", "after"), ("s22", "NWTotal", "annualized_premium")}


def different(assumptions: AssumptionSet) -> set[tuple[str, str, str]]:
    return {c.place for c in from_printed(assumptions) if c.verdict == "different"}


@pytest.fixture(scope="module")
def checks() -> list[Check]:
    return reconcile(None)


def test_every_number_that_follows_from_others_is_checked_once(checks: list[Check]) -> None:
    wanted = Counter((*key, r["class"]) for key, r in PUBLISHED.items() if r["class"].startswith("E"))
    assert Counter((*c.place, c.published, c.klass) for c in checks) == wanted


def test_each_comes_out_as_printed_but_for_the_three_known_exceptions(checks: list[Check]) -> None:
    assert summary(checks) == {
        "E1": {"equal": 366, "known exception": 3},
        "E2": {"equal": 243},
        "E3": {"equal": 120},
    }
    exceptions = [c for c in checks if c.verdict != "equal"]
    assert {c.place for c in exceptions} == KNOWN_EXCEPTIONS
    assert all(c.reason for c in exceptions)


def test_computed_numbers_are_those_of_the_independent_recomputation(checks: list[Check]) -> None:
    """The list carries a recomputation by another program; where it gives one number, ours is the same."""
    compared = 0
    for check in checks:
        theirs = PUBLISHED[*check.place, check.published]["computed"]
        # The list has section 2's percents as fractions.
        is_number = theirs.replace(".", "").replace("-", "").isdigit()
        if isinstance(check.computed, float) and is_number and check.table != "s02":
            rounding = 0.51 * 10.0 ** -len(theirs.partition(".")[2])
            # Theirs multiplies the printed 4b of Exhibit II, ours 4a − 3; Exhibit I-b's mix is another derivation.
            other_way = {"Ex2": 1.0, "Ex1b": 5e-4}.get(check.table, 5e-5)
            assert check.computed == pytest.approx(float(theirs), abs=max(rounding, other_way)), check.place
            compared += 1
    assert compared > 400


def test_tolerances_are_the_printed_rounding_except_where_said(checks: list[Check]) -> None:
    for c in checks:
        if c.tolerance is None or c.klass == "E2":
            continue
        decimals = len(c.published.partition(".")[2].rstrip("0"))
        if c.table in ("Ex1apv", "Ex1bpv") and c.klass == "E3":
            assert c.tolerance <= 5e-4 * float(c.published)
        elif c.table in ("A-1b", "A-3b", "Ex2") or c.column == "exposure":
            assert c.tolerance <= 1.0
        else:
            assert c.tolerance <= 0.5 * 10.0**-decimals


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        (("exhibit_1a", "earned_premium", "111825829", "2030"), ("Ex1a", "2030", "C")),
        (("exhibit_1a", "incurred_claims", "444664339", "2030"), ("Ex1a", "2031", "E")),
        (("exhibit_1a", "lives", "75897", "2017"), ("Ex1b", "2017", "D_lives_yearend_or_5yr_sum")),
        (("exhibit_1a", "incurred_claims", "2296396469", "2052-2056"), ("Ex1apv", "Future", "incurred_claims")),
        (("exhibit_1b_values", "incurred_claims", "6139206031", "Future"), ("s15", "All", "after")),
        (("exhibit_1b_values", "incurred_claims", "1939206031", "Future"), ("s15t", "All", "result")),
        (("exhibit_2", "amount", "1718816690", "3"), ("Ex2", "5", "result")),
        (("valuation_rate_mix", "premium_share", "0.5000", "2020", "0.045"), ("Ex1apv", "Future", "earned_premium")),
        (("exhibit_3_interest", "average_maximum_valuation", "0.035", "500"), ("Ex1bpv", "Future", "earned_premium")),
        (("s02_rate_increase", "200", "79", "91-100%"), ("s02", "91-100%", "All")),
        (("s02_rate_increase", "511", "101", "Maximum"), ("s02", "Maximum", "All")),
        (("s21_distribution", "200", "65", "benefit_period", "Lifetime"), ("s21", "benefit_period/Lifetime", "All")),
        (("s22_insureds", "insureds", "1038", "Maryland", "200"), ("s22", "MDTotal", "insureds")),
        (("s22_insureds", "annualized_premium", "1934222", "Maryland", "200"), ("s19", "200", "before")),
        (("parameters", "value", "0.080", "credibility_error"), ("text", "credibility_full_events", "")),
        (("parameters", "value", "0.30", "rbo_average"), ("text", "adverse_selection_average", "")),
        (("exhibit_a1b", "deaths", "1726", "Partner Status", "Partnered"), ("A-1b", "Total/Total", "B_deaths")),
        (("exhibit_a1b", "expected_adjusted", "0.060", "Attained Age", "85+"), ("A-1b", "Attained Age/85+", "G")),
        (("exhibit_a2a", "composite_termination", "0.040", "Single", "1"), ("A-2a(i)", "1", "derived")),
        (("exhibit_a2a", "exposure", "23410", "Single", "1"), ("A-2a(i)", "1-3", "exposure")),
        (("exhibit_a2a", "derived_lapse", "0.033", "Single", "3"), ("A-2b(i)", "3", "ratio")),
        (("exhibit_a2b", "expected_mortality", "0.012", "Partnered", "17"), ("A-2b(ii)", "17", "derived")),
        (("exhibit_a3b", "actual_claims", "91679357", "Gender", "Male"), ("A-3b", "Gender/Male", "F")),
    ],
)
def test_another_input_makes_a_check_fail(
    alter: Callable[..., None],
    assumptions: AssumptionSet,
    cell: tuple[str, ...],
    place: tuple[str, str, str],
) -> None:
    name, column, text, *key = cell
    alter(name, column, text, *key)
    failed = different(assumptions)
    assert place in failed


def test_another_assumption_makes_a_check_fail(alter: Callable[..., None], assumptions: AssumptionSet) -> None:
    """Smoothed lapse is an assumption: the printed mean over durations 9+ depends on it."""
    alter("exhibit_a2a", "smoothed_lapse", "0.010", "Single", "9+")
    failed = different(assumptions)
    assert failed == {("A-2a(i)", "9+", "smoothed")}


def test_no_unreasoned_exception_hides_a_difference(alter: Callable[..., None], assumptions: AssumptionSet) -> None:
    alter("s22_insureds", "annualized_premium", "9479363", "Maryland", "Total")
    assert ("s22", "MDTotal", "annualized_premium") in different(assumptions)


def test_section_21_is_met_by_one_allotment_of_paid_up_insureds() -> None:
    """Jointly, not just row by row: insureds by series and category exist that print as section 21 does."""
    table, names, paying = filing.printed("s21_distribution"), series_names(), weights("insureds")
    in_force = filing.printed("exhibit_1a").cell("lives", "2016").number
    keys = [key for key in table.rows if key[1] != "Average Issue Age"]
    n, s = len(keys), len(names)
    upper: list[np.ndarray] = []
    equal: list[tuple[np.ndarray, float]] = []

    def variables() -> np.ndarray:
        return np.zeros(n * s + s)

    # Unknowns: insureds by category and series, then insureds in force by series.
    for i, key in enumerate(keys):
        for j, name in enumerate(names):
            cell = table.cell(name, *key)
            low, high = (0.0, 0.0) if cell.text in ("", "0") else (max(b, 0.0) for b in cell.bounds)
            for bound, sign in ((low, -1.0), (high, 1.0)):
                row = variables()
                row[i * s + j], row[n * s + j] = sign, -sign * bound / 100.0
                upper.append(row)
        low, high = table.cell("All", *key).bounds
        for bound, sign in ((low, -1.0), (high, 1.0)):
            row = variables()
            row[i * s : (i + 1) * s] = sign
            row[n * s :] = -sign * bound / 100.0
            upper.append(row)
    for characteristic in dict.fromkeys(c for c, _ in keys if c != "discounted_renewal"):
        for j in range(s):
            row = variables()
            row[[i * s + j for i, key in enumerate(keys) if key[0] == characteristic]] = 1.0
            row[n * s + j] = -1.0
            equal.append((row, 0.0))
    total = variables()
    total[n * s :] = 1.0
    equal.append((total, in_force))
    result = linprog(
        np.zeros(n * s + s),
        A_ub=np.array(upper),
        b_ub=np.zeros(len(upper)),
        A_eq=np.array([row for row, _ in equal]),
        b_eq=np.array([b for _, b in equal]),
        bounds=[(0, None)] * (n * s) + [(count, None) for count in paying],
    )
    assert result.status == 0, result.message


def test_a_five_year_row_is_spread_without_loss_along_a_smooth_curve() -> None:
    years = np.arange(2045, 2077)
    amounts = 1e6 * np.exp(-0.05 * (years - 2045) - 0.002 * (years - 2045) ** 2)
    spans = [(y, y) for y in range(2045, 2052)] + [(y, y + 4) for y in range(2052, 2077, 5)]
    rows = np.array([amounts[first - 2045 : last - 2044].sum() for first, last in spans])
    spread = by_year(spans, rows)
    assert [first for first, _ in spread] == [first for first, _ in spans]
    assert [part.sum() for _, part in spread] == pytest.approx(rows)
    # But in the last row, whose slope is that of the row before it, each year is found again.
    assert np.concatenate([part for _, part in spread[:-1]]) == pytest.approx(amounts[:-5], rel=0.01)
    assert span("2052-2056") == (2052, 2056) and span("2051") == (2051, 2051)


def test_the_mix_shifts_to_the_rates_whose_series_get_more(assumptions: AssumptionSet) -> None:
    fitted = RateMix.fitted()
    after = fitted.after(assumptions)
    assert fitted.rates.tolist() == [0.035, 0.04, 0.045]
    for mix in (fitted, after):
        for shares in mix.shares.values():
            assert shares.sum(axis=1) == pytest.approx(np.ones(len(mix.years)))
    before_2019 = fitted.years < 2019
    for measure, direction in (("earned_premium", 1.0), ("incurred_claims", -1.0)):
        old, new = fitted.shares[measure], after.shares[measure]
        assert new[before_2019] == pytest.approx(old[before_2019])
        assert (direction * (new - old)[~before_2019, 2] > 0.0).all()


def test_the_increase_on_the_highest_rate_by_hand(assumptions: AssumptionSet) -> None:
    """4.5%: the 200 and 300 Series and a fifth of the 400 Series, each with its average increase."""
    factor = increase_by_rate(np.array([0.035, 0.04, 0.045]), assumptions)["earned_premium"][2]
    # Increases 93%, 95%, 89%; rounded 90%, 100%, 90%; CBUL 7.2%, 8%, 7.2%; RBO 18%, 20%, 18%.
    by_hand = {"200": 0.928 * 0.82 * 1.93, "300": 0.92 * 0.80 * 1.95, "400": 0.928 * 0.82 * 1.89}
    weight = {"200": 30_422_853, "300": 26_720_648, "400": 0.2 * 30_219_392}
    assert factor == pytest.approx(sum(by_hand[s] * weight[s] for s in weight) / sum(weight.values()))


def test_records_are_plain_values(checks: list[Check]) -> None:
    records = {(r["table"], r["row"], r["column"]): r for r in as_records(checks)}
    assert records["s22", "MDTotal", "insureds"]["computed"] == 3720.0
    low, high = records["s02", "91-100%", "All"]["computed"]
    assert (low, high) == pytest.approx((60.73, 61.63), abs=0.01)
    assert records["Ex2", "8", "result"]["computed"] == "Pass"
    assert records["s02", "0-10%", "All"]["published"] == "<1"


def test_intervals() -> None:
    assert Interval(1.0, 2.0) / Interval(4.0, 5.0) == Interval(0.2, 0.5)
    assert Interval(-1.0, 2.0) / Interval(-2.0, -1.0) == Interval(-2.0, 1.0)
    assert Interval(1.0, 2.0) / Interval(-1.0, 1.0) == Interval(-np.inf, np.inf)
    assert Interval(0.0, 1.0).meets(Interval(1.0, 2.0)) and not Interval(0.0, 1.0).meets(Interval(1.001, 2.0))
    assert Interval(-1.0, 1.0).at_least(0.0) == Interval(0.0, 1.0)
    assert str(Interval(0.25, 1.5)) == "[0.25, 1.5]"


def test_the_mean_over_insureds_whose_paid_up_ones_are_not_known_by_series() -> None:
    """10 + 10 pay, 6 more are paid up, at most 5 of either series: 11·1 + 15·2 at most, 15·1 + 11·2 at least."""
    values, paying, at_most = [1.0, 2.0], np.array([10.0, 10.0]), np.array([5.0, 5.0])
    assert mean_with_paid_up(values, paying, at_most, 26.0, highest=True) == pytest.approx(41 / 26)
    assert mean_with_paid_up(values, paying, at_most, 26.0, highest=False) == pytest.approx(37 / 26)
