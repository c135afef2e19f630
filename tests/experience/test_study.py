"""The input tables of experience and original pricing: the filing's own, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from xl_ltc.assumptions.pricing.specs import INTEREST, ISSUE_AGES
from xl_ltc.errors import InputError
from xl_ltc.experience.lapse_rows import combines
from xl_ltc.experience.study import (
    FULL_CREDIBILITY,
    LAPSE,
    MORBIDITY,
    MORTALITY,
    PARAMETERS,
    STUDY,
    Study,
    bundled_study,
    check_study,
    nothing_given,
)
from xl_ltc.tables import InputTable, sheet_locator

with (Path(__file__).parents[1] / "filing" / "published_values.csv").open(encoding="utf-8", newline="") as handle:
    PUBLISHED = list(csv.DictReader(handle))

EXHIBITS = {
    "A-2a(i)": ("Lifetime-Pay", "Single"),
    "A-2a(ii)": ("Lifetime-Pay", "Partnered"),
    "A-2b(i)": ("Ten-Pay", "Single"),
    "A-2b(ii)": ("Ten-Pay", "Partnered"),
}
TERMINATIONS = {"exposure": "exposure", "composite": "composite_termination", "mort": "expected_mortality"}
DEATHS = ("exposure", "deaths", "expected_2012_iam", "expected_adjusted")
CLAIMS = ("exposure", "claim_count", "actual_claims", "guidelines_claims", "adjusted_claims")


def printed(*tables: str) -> dict[tuple[str, str, str], float]:
    """Numbers of an independent list of what the filing prints."""
    return {(r["table"], r["row"], r["column"]): float(r["printed"]) for r in PUBLISHED if r["table"] in tables}


def raw(**changed: pd.DataFrame) -> dict[str, InputTable]:
    """The bundled tables as they stand on a sheet of the table's name, header in row 1, some changed."""
    frames = {**bundled_study(), **changed}
    return {
        name: InputTable(frame.astype(object), sheet_locator(name, 0, 0, list(frame.columns)))
        for name, frame in frames.items()
    }


def refused(**changed: pd.DataFrame) -> list[str]:
    with pytest.raises(InputError) as error:
        check_study(raw(**changed))
    return [str(problem) for problem in error.value.problems]


def lapse(row: int, **cells: object) -> pd.DataFrame:
    """The bundled terminations with other cells in one row."""
    frame = bundled_study()[LAPSE].astype(object)
    for column, value in cells.items():
        frame.loc[row, column] = value
    return frame


def assert_same(study: Study, other: Study) -> None:
    assert study.keys() == other.keys()
    for name, frame in study.items():
        pd.testing.assert_frame_equal(frame, other[name])


def test_experience_by_category_is_what_the_filing_prints() -> None:
    numbers = printed("A-1b", "A-3b")
    for exhibit, table, columns in (("A-1b", MORTALITY, DEATHS), ("A-3b", MORBIDITY, CLAIMS)):
        frame = bundled_study()[table]
        assert len(frame) == len({row for of, row, _ in numbers if of == exhibit})
        for record in frame.to_dict("records"):
            row = f"{record['characteristic']}/{record['category']}".replace(
                "<65", "<64" if exhibit == "A-3b" else "<65"
            )
            found = [
                n for (of, name, column), n in numbers.items() if (of, name) == (exhibit, row) and column[0] in "ABDE"
            ]
            found += [numbers["A-3b", row, "C_actual_claims"]] if exhibit == "A-3b" else []
            assert sorted(record[c] for c in columns) == sorted(found), row


def test_the_first_age_band_does_not_leave_out_an_age() -> None:
    """It is printed as <64 in Exhibit A-3b, the next begins at 65."""
    assert [c for c in bundled_study()[MORBIDITY]["category"] if c.startswith("<")] == ["<65"]


def test_terminations_are_what_the_filing_prints() -> None:
    numbers = printed(*EXHIBITS)
    frame = bundled_study()[LAPSE].set_index(["premium_payment", "partner_status", "policy_duration"])
    assert len(frame) == 23 + 23 + 18 + 18
    compared = 0
    for (exhibit, duration, column), number in numbers.items():
        record = frame.loc[(*EXHIBITS[exhibit], duration)]
        if column == "credibility":
            assert record["credibility"] == number
        elif column in TERMINATIONS and duration.isdigit():
            assert record[TERMINATIONS[column]] == number
            compared += 1
    assert compared == 4 * 17 * 3


def test_original_lapse_is_what_the_filing_prints() -> None:
    """Sorted, as the list of printed numbers has rows of several tables under one name."""
    grids = ("pricing_lapse_500_lifetime_pay", "pricing_lapse_511_lifetime_pay", "pricing_lapse_511_limited_pay")
    ours = [v for grid in grids for v in bundled_study()[grid][list(ISSUE_AGES)].to_numpy().ravel()]
    theirs = [float(r["printed"]) for r in PUBLISHED if r["table"] == "Ex3" and r["column"].startswith("ia_")]
    assert sorted(ours) == sorted(theirs)


def test_parameters_are_the_filings() -> None:
    parameters = bundled_study()[PARAMETERS].set_index("parameter")["value"]
    assert parameters[FULL_CREDIBILITY] == 481
    interest = bundled_study()[INTEREST].set_index("basis")["original_pricing"]
    assert interest.to_dict() == {"200": 0.065, "300": 0.06, "400": 0.05, "500": 0.04, "511": 0.04, "513": 0.035}


def test_tables_are_read_as_they_were_written() -> None:
    assert_same(check_study(raw()), bundled_study())


def test_tables_may_be_left_out_or_empty() -> None:
    assert_same(check_study({}), nothing_given())
    empty = {spec.name: InputTable(pd.DataFrame(columns=[c.name for c in spec.columns])) for spec in STUDY}
    assert_same(check_study(empty), nothing_given())


def test_what_rows_combine() -> None:
    assert [d for d in range(1, 12) if combines("4-6", d)] == [4, 5, 6]
    assert [d for d in range(1, 12) if combines("9+", d)] == [9, 10, 11]
    assert combines("All", 1) and not combines("4", 4) and not combines("4-6 ", 5)


def test_a_single_duration_needs_its_numbers() -> None:
    assert refused(experience_lapse=lapse(4, exposure="", expected_mortality="")) == [
        "sheet experience_lapse, cell D6: found nothing; allowed: a number, as 5 is one duration",
        "sheet experience_lapse, cell F6: found nothing; allowed: a number, as 5 is one duration",
    ]


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("0", "'0'"),
        ("01", "'01'"),
        ("1 to 3", "'1 to 3'"),
        ("18+", "18+ without any exposure"),
        ("6-4", "6-4 without any exposure"),
    ],
)
def test_durations_combined_must_combine_some(label: str, found: str) -> None:
    (problem,) = refused(experience_lapse=lapse(17, policy_duration=label))
    assert problem.startswith(f"sheet experience_lapse, cell C19: found {found}; allowed: ")


def test_durations_combined_need_exposure() -> None:
    frame = bundled_study()[LAPSE].copy()
    last = (frame["policy_duration"].isin(["16", "17"])) & (frame["premium_payment"] == "Ten-Pay")
    frame.loc[last, "exposure"] = 0.0
    check_study(raw(experience_lapse=frame))
    frame.loc[frame["premium_payment"] == "Ten-Pay", "exposure"] = 0.0
    problems = refused(experience_lapse=frame)
    assert len(problems) == 2 and all("found All without any exposure" in problem for problem in problems)


def test_durations_combined_are_of_one_exhibit() -> None:
    """The other exhibits' rows of single durations do not stand in for those of this one."""
    frame = bundled_study()[LAPSE]
    alone = frame[(frame["partner_status"] == "Partnered") | (frame["policy_duration"] == "1-3")]
    (problem,) = refused(experience_lapse=alone.reset_index(drop=True))
    assert "1-3 without any exposure" in problem


def test_lapses_need_the_number_for_full_credibility() -> None:
    parameters = bundled_study()[PARAMETERS]
    without = parameters[parameters["parameter"] != FULL_CREDIBILITY].reset_index(drop=True)
    check_study(raw(experience_parameters=without))
    (problem,) = refused(experience_lapse=lapse(0, events=12), experience_parameters=without)
    assert problem.startswith("sheet experience_parameters, cell A1: found no parameter credibility_full_events")
    (problem,) = refused(
        experience_lapse=lapse(0, events=12), experience_parameters=parameters.replace({"value": {481.0: 0.0}})
    )
    assert "found credibility_full_events = 0; allowed: more than 0" in problem


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("premium_payment", "Nine-Pay", "'Nine-Pay'"),
        ("partner_status", "Widowed", "'Widowed'"),
        ("composite_termination", 1.0, "1"),
        ("exposure", -1, "-1"),
    ],
)
def test_cells_have_their_bounds(column: str, value: object, found: str) -> None:
    (problem,) = refused(experience_lapse=lapse(0, **{column: value}))
    assert f"found {found}; allowed: " in problem


def test_every_table_is_checked_before_any_is_refused() -> None:
    deaths = bundled_study()[MORTALITY].astype(object)
    deaths.loc[0, "deaths"] = "many"
    problems = refused(experience_mortality=deaths, experience_lapse=lapse(0, exposure=-1))
    assert [p.split(",")[0] for p in problems] == ["sheet experience_mortality", "sheet experience_lapse"]
