"""Scenarios and grids as a user types them: what is read, and what is refused with its cell."""

from __future__ import annotations

import pandas as pd
import pytest

from xl_ltc.errors import InputError
from xl_ltc.scenarios.scenario import Axis, Change, Grid, Linear, Scenario
from xl_ltc.scenarios.specs import CHANGEABLE, GRIDS, SCENARIOS, SPECS
from xl_ltc.scenarios.tables import Asked, bundled_scenarios, check_scenarios
from xl_ltc.tables import InputTable, sheet_locator

SERIES = ("200", "300", "400", "500", "511")
COLUMNS = {spec.name: [column.name for column in spec.columns] for spec in SPECS}


def read(scenarios: list[tuple[object, ...]], grids: list[tuple[object, ...]] | None = None) -> Asked:
    """Tables on a sheet, the first with its header in A1, the other in H1."""
    tables = {}
    for name, rows, first in ((SCENARIOS, scenarios, 0), (GRIDS, grids or [], 7)):
        columns = COLUMNS[name]
        tables[name] = InputTable(pd.DataFrame(rows, columns=columns), sheet_locator("Scenarios", 0, first, columns))
    return check_scenarios(tables, SERIES)


def refused(scenarios: list[tuple[object, ...]], grids: list[tuple[object, ...]] | None = None) -> list[str]:
    with pytest.raises(InputError) as error:
        read(scenarios, grids)
    return [str(problem) for problem in error.value.problems]


def test_rows_of_one_name_are_one_scenario_and_blanks_change_nothing() -> None:
    asked = read(
        [
            ("both", "lapse", "All", 0.9, "", "as Ann said"),
            ("shift", "interest", 500.0, "", -0.005, ""),
            ("both", "mortality", "500", "", 0.001, "and Bob"),
        ]
    )
    assert asked.scenarios == (
        Scenario(
            "both",
            (Change("lapse", "All", Linear(0.9)), Change("mortality", "500", Linear(1.0, 0.001))),
            "as Ann said; and Bob",
        ),
        Scenario("shift", (Change("interest", "500", Linear(1.0, -0.005)),)),
    )
    assert asked.scenarios[0].words == "Lapse × 0.9; Mortality, series 500 + 0.1%"
    assert asked.scenarios[1].words == "Interest, series 500 − 0.5%"


def test_a_grid_is_every_value_with_every_other() -> None:
    rows = [("g", 1, "lapse", "All", "scale", v) for v in (0.5, 1, 1.5)]
    rows += [("g", 2, "improvement", "All", "shift", v) for v in (-5, 0)]
    (grid,) = read([], rows).grids
    assert grid == Grid(
        "g", Axis("lapse", "All", "scale", (0.5, 1.0, 1.5)), Axis("improvement", "All", "shift", (-5.0, 0.0))
    )
    assert len(grid.scenarios) == 6
    assert grid.scenarios[1].name == "g: Lapse × 0.5, Improvement unchanged"
    assert grid.scenarios[4].name == "g: Lapse × 1.5, Improvement − 5 years"


def test_tables_that_are_missing_or_empty_ask_for_nothing() -> None:
    assert check_scenarios({}, SERIES) == read([]) == Asked()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("a", "claims", "All", 1, "", ""), "cell B2: found 'claims'; allowed: one of mortality, lapse, "),
        (("a", "lapse", "All", -0.1, "", ""), "cell D2: found -0.1; allowed: a number from 0 to 100"),
        (("a", "lapse", "All", "much", "", ""), "cell D2: found 'much'; allowed: a number from 0 to 100"),
        (("a", "lapse", "600", 1, "", ""), "cell C2: found '600'; allowed: one of All, 200, 300, 400, 500, 511"),
        (("a", "lapse", "", 1, "", ""), "cell C2: found nothing (blank); allowed: some text"),
        (("", "lapse", "All", 1, "", ""), "cell A2: found nothing (blank); allowed: some text"),
        (("a", "morbidity", "All", 1, 0.1, ""), "cell E2: found 0.1; allowed: nothing: morbidity can be scaled only"),
        (("a", "improvement", "All", 1, 0.5, ""), "cell E2: found 0.5; allowed: a whole number of years"),
        (("a", "lapse", "All", 1, 5, ""), "cell E2: found 5; allowed: a number from -1 to 1 for lapse"),
        (("a", "interest", "All", 1, -3, ""), "cell E2: found -3; allowed: a number from -0.5 to 0.5 for interest"),
    ],
)
def test_a_bad_cell_is_named(row: tuple[object, ...], words: str) -> None:
    (problem,) = refused([row])
    assert problem.startswith(f"sheet Scenarios, {words}")


def test_the_same_assumption_and_series_twice_in_a_scenario_is_refused() -> None:
    row = ("a", "lapse", "All", 0.9, "", "")
    assert len(read([row, ("b", *row[1:]), ("a", "lapse", "200", 0.8, "", "")]).scenarios) == 2
    (problem,) = refused([row, ("a", "lapse", "All", 1.1, "", "")])
    assert "sheet Scenarios, cell A3: found scenario a, assumption lapse, series All a second time" in problem


def axis(number: int, *values: float, **other: object) -> list[tuple[object, ...]]:
    what = {"grid": "g", "assumption": ("lapse", "mortality")[number - 1], "series": "All", "kind": "scale"} | other
    return [(what["grid"], number, what["assumption"], what["series"], what["kind"], v) for v in values]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (axis(1, 0.9, 1.1), "cell I2: found no axis 2 in grid g; allowed: rows of axis 1 and of axis 2"),
        (axis(2, 0.9, 1.1), "cell I2: found no axis 1 in grid g"),
        (axis(1, 1) + axis(2, -1), "cell M3: found -1; allowed: a scale of at least 0"),
        (axis(1, 1, 1) + axis(2, 1), "cell H3: found grid g, axis 1, value 1.0 a second time"),
        (axis(1, 1) + axis(2, 0.1, kind="shift", assumption="morbidity"), "cell M3: found 0.1; allowed: nothing"),
        (axis(1, 1) + axis(1, 2, assumption="cbul") + axis(2, 1), "cell J3: found 'cbul'; allowed: lapse, as axis 1"),
        (axis(1, 1) + axis(1, 2, series="200") + axis(2, 1), "cell K3: found '200'; allowed: All, as axis 1"),
        (axis(1, 1) + axis(2, 1, assumption="lapse"), "cell J3: found lapse All scale, which axis 1 of grid g changes"),
        (axis(1, 1) + axis(2, 1, kind="both"), "cell L3: found 'both'; allowed: one of scale, shift"),
        (axis(1, 1) + axis(2, 1, grid="a"), "cell H3: found"),
    ],
)
def test_a_bad_grid_is_named(rows: list[tuple[object, ...]], words: str) -> None:
    scenarios = [("a", "cbul", "All", 1, "", "")]
    assert any(problem.startswith(f"sheet Scenarios, {words}") for problem in refused(scenarios, rows))


def test_all_problems_of_both_tables_are_told_at_once() -> None:
    rows = [("a", "lapse", "600", 1, "", ""), ("b", "morbidity", "All", 1, 1, "")]
    assert len(refused(rows, axis(1, -1))) == 4


def test_only_those_named_are_run() -> None:
    rows = [("a", "lapse", "All", 0.9, "", ""), ("b", "lapse", "All", 1.1, "", "")]
    asked = read(rows, axis(1, 1) + axis(2, 1))
    assert asked.names == ("a", "b", "g") and len(asked.runs) == 3
    assert asked.only(()) == asked and asked.only(["g", "b"]).names == ("b", "g")
    with pytest.raises(InputError, match="--scenario: found 'c'; allowed: one of a, b, g"):
        asked.only(["c", "a"])


def test_the_bundled_scenarios_are_read_and_change_every_assumption() -> None:
    asked = check_scenarios({name: InputTable(frame) for name, frame in bundled_scenarios().items()}, SERIES)
    single = [s for s in asked.scenarios if len(s.changes) == 1]
    changed = [s.changes[0].assumption for s in single]
    assert set(changed) == set(CHANGEABLE) - {"rbo"}  # which a change of CBUL moves
    assert all(changed.count(name) == 2 for name in changed)
    assert len(single) < len(asked.scenarios) and len(asked.grids) == 1
