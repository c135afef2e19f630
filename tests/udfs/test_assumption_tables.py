"""Parts of the assumptions from ranges: built once for their contents, bounded, the same from any thread."""

from __future__ import annotations

import datetime as dt
import gc
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import numpy as np
import psutil
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled_tables
from xl_ltc.assumptions.specs import SPECS
from xl_ltc.errors import InputError
from xl_ltc.tables import InputTable
from xl_ltc_udfs import assumption_tables
from xl_ltc_udfs.assumption_tables import KEPT, PartName, categories, part
from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import OMITTED, CellError
from xl_ltc_udfs.problems import CallError
from xl_ltc_udfs.range_settings import settings_of

BEHAVIOUR = {
    "cbul_slope": 0.1,
    "cbul_threshold": 0.2,
    "cbul_rounding": 0.05,
    "rbo_multiple": 2.0,
    "cbul_morbidity_relief": 0.3,
    "rbo_morbidity_relief": 0.1,
}


def behaviour(**changed: Any) -> list[list[Any]]:
    return [["parameter", "value"], *([name, value] for name, value in {**BEHAVIOUR, **changed}.items())]


def as_range(name: str) -> list[list[Any]]:
    """A bundled table as a worksheet holds it: labels as numbers where they are, numbers as numbers."""

    def cell(value: Any) -> Any:
        try:
            return float(value)
        except ValueError:
            return value

    frame = bundled_tables()[name].frame
    return [list(frame.columns), *([cell(v) for v in row] for row in frame.to_numpy().tolist())]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    assumption_tables._kept.cache_clear()
    yield
    assumption_tables._kept.cache_clear()


def test_the_bundled_parts_are_those_of_the_bundled_set(assumptions: AssumptionSet) -> None:
    names = {"mortality", "improvement", "lapse", "benefit_expiry", "morbidity", "valuation_interest", "behaviour"}
    assert set(get_args(PartName)) == names | {"premium_payment", "benefit_growth"}
    for name in names:
        _assert_equal(part(name, {}), getattr(assumptions, name))
    _assert_equal(part("premium_payment", {}), assumptions.premium)
    _assert_equal(part("benefit_growth", {}), assumptions.morbidity.growth)
    assert part("mortality", {"mortality_base": None}) is part("mortality", {})


@pytest.mark.parametrize("name", [spec.name for spec in SPECS])
def test_the_bundled_tables_given_as_ranges_change_nothing(name: str) -> None:
    for each in get_args(PartName):
        _assert_equal(part(each, {name: as_range(name)}), part(each, {}))


def test_a_range_changes_its_part() -> None:
    assert vars(part("behaviour", {"behaviour": behaviour()})) == BEHAVIOUR
    assert part("behaviour", {}).cbul_slope == 0.08


def test_a_date_is_its_number() -> None:
    assert part("behaviour", {"behaviour": behaviour(rbo_multiple=dt.date(1900, 1, 2))}).rbo_multiple == 3.0


def test_booleans_and_text_numbers_are_numbers() -> None:
    changed = part("behaviour", {"behaviour": behaviour(cbul_slope=True, rbo_multiple=" 3.5 ")})
    assert (changed.cbul_slope, changed.rbo_multiple) == (1.0, 3.5)
    number = part("behaviour", {"behaviour": behaviour(cbul_slope=1, rbo_multiple=" 3.5 ")})
    assert number == changed


def test_blank_rows_at_the_end_do_not_matter() -> None:
    given = [*behaviour(), [None, ""], ["", "  "]]
    assert part("behaviour", {"behaviour": given}) is part("behaviour", {"behaviour": behaviour()})


def test_an_argument_may_be_called_after_its_table() -> None:
    rows = [["premium_payment", "years", "to_age"], ["Five-Pay", 5, ""]]
    assert part("premium_payment", {"premium_payment_table": rows}).options == ("Five-Pay",)
    with pytest.raises(InputError, match="premium_payment_table, row 2, column years: found 'x'"):
        part("premium_payment", {"premium_payment_table": [rows[0], ["Five-Pay", "x", ""]]})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (behaviour(cbul_slope="8%"), "behaviour, row 2, column value: found '8%'; allowed: a number from 0 to 10"),
        (behaviour()[:-1], r"behaviour \(table behaviour\): found no row for rbo_morbidity_relief"),
        (
            [*behaviour(), ["cbul_slope", 0.1]],
            "behaviour, row 8, column parameter: found parameter cbul_slope a second",
        ),
        ([["parameter", "value", ""], *([*row, "x"] for row in behaviour()[1:])], "behaviour, column : found unknown"),
        ([["parameter", "value"]], "behaviour: found no rows"),
        ([[None, None]], "behaviour: found no column parameter"),
    ],
)
def test_what_is_wrong_is_said_each_time(given: list[list[Any]], words: str) -> None:
    for _ in range(2):
        with pytest.raises(InputError, match=words):
            part("behaviour", {"behaviour": given})


@pytest.mark.parametrize("cell", [CellError("#N/A"), "#REF!", float("nan"), float("inf")])
def test_an_error_value_in_a_range_is_an_error_each_time(cell: Any) -> None:
    for _ in range(2):
        with pytest.raises(
            CallError, match=r"behaviour, row 3, column 2: found .*; allowed: a number, a text or nothing"
        ):
            part("behaviour", {"behaviour": behaviour(cbul_threshold=cell)})


def test_every_problem_of_every_range_is_found() -> None:
    lapse = [["policy_duration", "single", "partnered"], ["1+", 2, 0.1]]
    payment = [["premium_payment", "years", "to_age"], ["Ten-Pay", 0, ""]]
    with pytest.raises(InputError) as caught:
        part("lapse", {"lapse_lifetime_pay": lapse, "premium_payment_table": payment})
    assert [problem.place for problem in caught.value.problems] == [
        "lapse_lifetime_pay, row 2, column single",
        "premium_payment_table, row 2, column years",
    ]


def test_a_part_is_built_once_for_equal_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    built = _count(monkeypatch)
    first = part("mortality", {"mortality_base": as_range("mortality_base")})
    for _ in range(50):
        assert part("mortality", {"mortality_base": as_range("mortality_base")}) is first
    with pytest.raises(InputError):
        part("behaviour", {"behaviour": behaviour()[:-1]})
    with pytest.raises(InputError):
        part("behaviour", {"behaviour": behaviour()[:-1]})
    for _ in range(2):
        with pytest.raises(CallError):
            part("valuation_interest", {"valuation_interest": [["issue_year_from", "rate"], [2006, CellError("#N/A")]]})
    assert built == ["mortality", "behaviour", "valuation_interest"]


def test_settings_are_part_of_the_contents() -> None:
    last_birthday = [["setting", "value"], ["age_basis", "last_birthday"]]
    assert part("mortality", {}, last_birthday).hazard.values[0, 60] > part("mortality", {}).hazard.values[0, 60]
    assert (
        part("mortality", {}, [["setting", "value"]]).hazard.values[0, 60] == part("mortality", {}).hazard.values[0, 60]
    )


def test_what_is_kept_is_bounded() -> None:
    for i in range(3 * KEPT):
        part("behaviour", {"behaviour": behaviour(cbul_slope=i / 100)})
    assert assumption_tables._kept.cache_info().currsize == KEPT


def test_a_range_far_larger_than_a_table_is_not_kept() -> None:
    with pytest.raises(InputError):
        part("behaviour", {"behaviour": [["parameter", "value"], *([f"p{i}", i] for i in range(6_000))]})
    assert assumption_tables._kept.cache_info().currsize == 0


def test_threads_get_the_same() -> None:
    tables = [as_range("mortality_base") for _ in range(3)]
    tables[1][61][1] = 0.5
    tables[2][61][1] = "bad"
    chosen = [random.Random(7).randrange(3) for _ in range(600)]

    def rate(which: int) -> Any:
        return call("LTC_QX", ("Male", 60, OMITTED, OMITTED, tables[which])).single

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(rate, chosen))
    expected = [pytest.approx(0.005662, rel=1e-12), 0.5, CellError("#VALUE!")]
    assert all(got == expected[which] for got, which in zip(found, chosen, strict=True))


def test_ten_thousand_cells_with_an_own_table_leave_no_growth_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    built = _count(monkeypatch)
    table = as_range("mortality_base")
    process = psutil.Process()

    def cells(count: int) -> None:
        for _ in range(count):
            fresh = [list(row) for row in table]  # a host makes new cells for every call
            assert call("LTC_QX", ("Female", 75, 0.5, 1.0, fresh)).is_single

    cells(1_000)
    gc.collect()
    before = process.memory_info().rss
    started = time.process_time()
    cells(10_000)
    elapsed = time.process_time() - started
    gc.collect()
    assert process.memory_info().rss - before < 8e6
    assert built == ["mortality"]
    assert elapsed < 15.0  # some 2 s; building the part for each cell would take 50 s


def test_a_column_of_every_policys_rate_is_fast() -> None:
    rng = random.Random(1)
    sex = [[rng.choice(["Male", "Female"])] for _ in range(77_020)]
    age = [[float(rng.randint(18, 119))] for _ in range(77_020)]
    call("LTC_QX", ("Male", 60))
    taken = []
    for _ in range(3):  # the best: what else the process does, such as collecting garbage, is not the function's
        started = time.process_time()
        result = call("LTC_QX", (sex, age))
        taken.append(time.process_time() - started)
    assert min(taken) < 0.5
    assert len(result.rows) == 77_020
    assert not result.errors


def test_categories_are_those_of_the_part() -> None:
    own = [["underwriting_class", "factor"], ["Select", 1.0], ["Ultra", 2.0]]
    given = {"morbidity_factor_underwriting_class": own}
    assert categories("morbidity", "underwriting_class", given) == ("Select", "Ultra")
    assert categories("morbidity", "underwriting_class", {}) == ("Preferred", "Standard", "Substandard")
    assert categories("lapse", "premium_payment", {})[0] == "Lifetime-Pay"


def test_settings_of_a_range_stand_above_the_others() -> None:
    rows = (("value", "setting"), (3.0, "projection_years"), (dt.date(2018, 12, 31), "valuation_date"))
    changed = settings_of(rows)
    assert (changed.projection_years, changed.valuation_date) == (3, dt.date(2018, 12, 31))
    assert changed.cash_flow_timing == 0.5
    again = settings_of((("setting", "value"), ("cash_flow_timing", 1)), changed)
    assert (again.projection_years, again.cash_flow_timing) == (3, 1.0)
    assert settings_of(None, changed) is changed


def test_a_value_needs_the_name_of_its_setting() -> None:
    with pytest.raises(InputError, match="settings, row 2, column setting: found a value without the name"):
        settings_of((("setting", "value"), ("", 5)))


def _count(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the parts that are built from ranges from now on."""
    built: list[str] = []
    build = assumption_tables._build

    def counted(name: PartName, *rest: Any) -> Any:
        built.append(name)
        return build(name, *rest)

    part("mortality", {}), part("behaviour", {})
    monkeypatch.setattr(assumption_tables, "_build", counted)
    return built


def _assert_equal(one: Any, other: Any) -> None:
    """Two parts hold the same numbers, field by field."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            _assert_equal(one[key], other[key])
    elif hasattr(one, "__dataclass_fields__"):
        for name in one.__dataclass_fields__:
            _assert_equal(getattr(one, name), getattr(other, name))
    else:
        assert one == other


def test_a_set_with_replaced_tables_keeps_the_others(assumptions: AssumptionSet) -> None:
    raw = bundled_tables()["behaviour"].frame
    raw.loc[0, "value"] = "0.5"
    tables = assumptions.tables.replaced({"behaviour": InputTable(raw)})
    assert tables.parameters("behaviour")["cbul_slope"] == 0.5
    assert assumptions.tables.parameters("behaviour")["cbul_slope"] == 0.08
    assert tables["mortality_base"] is assumptions.tables["mortality_base"]
    assert tables.place("behaviour", 0, "value") == "table, row 2, column value (table behaviour)"
