"""Policy and claim histories: good ones give their cells, every kind of bad cell and bad policy is told."""

from __future__ import annotations

import datetime as dt
import math
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.errors import InputError
from xl_ltc.experience.basis import LAST_BIRTHDAY, NEAREST_BIRTHDAY, StudyBasis
from xl_ltc.experience.history import CAUSES, CHARACTERISTICS, CLAIM_HISTORY, POLICY_HISTORY, Histories
from xl_ltc.experience.history_checks import check_histories
from xl_ltc.inforce.columns import MAX_KEPT
from xl_ltc.tables import InputTable, file_locator, sheet_locator

A_DATE = "a date, as a date cell or as text YYYY-MM-DD"
BASIS = StudyBasis()
BY_BIRTHDAY = StudyBasis(study_age=LAST_BIRTHDAY)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def vocabulary(assumptions: AssumptionSet) -> dict[str, list[str]]:
    return {name: list(assumptions.vocabulary(name)) for name in CHARACTERISTICS}


class Check:
    """Checks rows as they would stand in two files."""

    def __init__(self, vocabulary: dict[str, list[str]]) -> None:
        self.vocabulary = vocabulary

    def row(self, **cells: Any) -> Row:
        row = {c.name: None for c in POLICY_HISTORY.columns} | {n: v[-1] for n, v in self.vocabulary.items()}
        row |= {"policy_id": "P1", "issue_date": "2005-06-15", "issue_age": 60, "birth_date": "1945-02-01"}
        return row | {"discounted_renewal": "No", "daily_benefit": 150.0} | cells

    def frame(self, *rows: Row) -> pd.DataFrame:
        made = [self.row(**row) for row in rows or ({},)]
        return pd.DataFrame(
            {c.name: pd.Series([r[c.name] for r in made], dtype=object) for c in POLICY_HISTORY.columns}
        )

    def __call__(self, *rows: Row, claims: list[tuple[Any, Any, Any]] | None = None, basis: StudyBasis = BASIS):
        made = None
        if claims is not None:
            frame = pd.DataFrame(claims, columns=[c.name for c in CLAIM_HISTORY.columns], dtype=object)
            made = InputTable(frame, file_locator("claims.csv"))
        table = InputTable(self.frame(*rows), file_locator("policies.csv"))
        return check_histories(table, made, self.vocabulary, basis)

    def problems(self, *rows: Row, **other: Any) -> list[tuple[str, str, str]]:
        with pytest.raises(InputError) as caught:
            self(*rows, **other)
        assert caught.value.total == len(caught.value.problems)
        return [(p.place, p.found, p.allowed) for p in caught.value.problems]


@pytest.fixture
def check(vocabulary: dict[str, list[str]]) -> Check:
    return Check(vocabulary)


def at(row: int, column: str, policy: str = "P1", file: str = "policies.csv") -> str:
    return f"{file}, row {row + 2}, column {column}, policy {policy}"


def at_claim(row: int, column: str, policy: str = "P1") -> str:
    return at(row, column, policy, "claims.csv")


# Good histories.


def test_good_histories_give_their_cells(check: Check, vocabulary: dict[str, list[str]]) -> None:
    found = check(
        {"termination_date": "2008-03-31", "termination_cause": "Lapse"},
        {"policy_id": " P1 ", "entry_date": dt.date(2009, 1, 1)},
        {"policy_id": 7, "issue_age": "71", "birth_date": ""},
        claims=[("7", "2010-01-02", "1500.5"), ("P1", "2009-01-01", 20)],
    )
    assert isinstance(found, Histories)
    assert len(found) == 3
    frame = found.policies
    assert list(frame) == [c.name for c in POLICY_HISTORY.columns]
    assert frame["policy_id"].tolist() == ["P1", " P1 ", "7"]
    assert frame["issue_age"].dtype == "int64" and frame["issue_age"].tolist() == [60, 60, 71]
    dates = frame[["issue_date", "birth_date", "entry_date", "termination_date"]]
    assert (dates.dtypes == "datetime64[s]").all()
    assert dates.isna().to_numpy().tolist() == [
        [False, False, True, False],
        [False, False, False, True],
        [False] + 3 * [True],
    ]
    assert str(dates["entry_date"][1].date()) == "2009-01-01"
    assert found.codes("termination_cause").tolist() == [CAUSES.index("Lapse"), -1, -1]
    assert tuple(frame["termination_cause"].cat.categories) == CAUSES
    for name in CHARACTERISTICS:
        assert list(frame[name].cat.categories) == vocabulary[name]
        assert found.codes(name).tolist() == 3 * [len(vocabulary[name]) - 1]
    assert found.claims.dtypes.astype(str).to_dict() == {
        "row": "int64",
        "incurred_date": "datetime64[s]",
        "amount": "float64",
    }
    assert found.claims["row"].tolist() == [2, 1]
    assert found.claims["amount"].tolist() == [1500.5, 20.0]


@pytest.mark.parametrize("claims", [None, []])
def test_no_claims(check: Check, claims: list | None) -> None:
    found = check({}, claims=claims)
    assert len(found.claims) == 0
    assert found.claims["row"].dtype == "int64" and found.claims["incurred_date"].dtype == "datetime64[s]"


def test_columns_with_one_type_of_their_own(check: Check) -> None:
    frame = check.frame({"termination_date": "2008-03-31", "termination_cause": "Lapse"}, {"policy_id": "P2"})
    for name in ("issue_date", "birth_date", "entry_date", "termination_date"):
        frame[name] = pd.to_datetime(frame[name])
    frame["sex"] = pd.Categorical(frame["sex"])
    frame["daily_benefit"] = frame["daily_benefit"].astype(float)
    found = check_histories(InputTable(frame), None, check.vocabulary, BASIS)
    assert str(found.policies["termination_date"][0].date()) == "2008-03-31"
    assert found.policies["termination_date"].isna().tolist() == [False, True]


def test_issued_ended_and_incurred_after_the_study(check: Check) -> None:
    late = {"issue_date": "2018-01-01", "termination_date": "2019-01-01", "termination_cause": "Lapse"}
    assert len(check(late, claims=[("P1", "2018-05-01", 1.0)]).claims) == 1


# Cells.


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("policy_id", "  ", "some text"),
        ("issue_date", None, A_DATE),
        ("issue_date", "15/06/2005", A_DATE),
        ("issue_date", 38518, A_DATE),
        ("birth_date", "1945-02-30", A_DATE),
        ("entry_date", "soon", A_DATE),
        ("termination_cause", "Surrender", "one of Death, Lapse, Benefit Expiry, Other"),
        ("issue_age", 17, "a whole number from 18 to 84"),
        ("issue_age", None, "a whole number from 18 to 84"),
        ("issue_age", 60.5, "a whole number from 18 to 84"),
        ("daily_benefit", -1, "a number from 0 to 5000"),
        ("daily_benefit", math.inf, "a number from 0 to 5000"),
        ("daily_benefit", "$150", "a number from 0 to 5000"),
        ("discounted_renewal", "yes", "one of No, Yes"),
        ("discounted_renewal", "", "one of No, Yes"),
    ],
)
def test_a_bad_cell(check: Check, column: str, value: Any, allowed: str) -> None:
    other = {"termination_date": "2010-01-01"} if column == "termination_cause" else {}
    [(place, found, wanted)] = check.problems({}, {"policy_id": "P2", column: value} | other)
    assert place == (at(1, column, "P2") if column != "policy_id" else "policies.csv, row 3, column policy_id")
    assert found == ("nothing (blank)" if value is None or value in ("", "  ") else repr(value))
    assert wanted == allowed


def test_a_termination_date_that_is_none(check: Check) -> None:
    """Not taken for a policy in force, whose cause would be one too many and whose next period would overlap."""
    first = {"termination_date": "31.3.2008", "termination_cause": "Lapse"}
    [(place, found, allowed)] = check.problems(first, {"entry_date": "2009-01-01"})
    assert (place, found, allowed) == (at(0, "termination_date"), "'31.3.2008'", A_DATE)


def test_an_entry_date_that_is_none(check: Check) -> None:
    first = {"termination_date": "2008-03-31", "termination_cause": "Lapse"}
    [(place, _, allowed)] = check.problems(first, {"entry_date": "1.1.2009"}, claims=[("P1", "2010-01-01", 1.0)])
    assert (place, allowed) == (at(1, "entry_date"), A_DATE)


@pytest.mark.parametrize("column", CHARACTERISTICS)
@pytest.mark.parametrize("value", ["Nowhere", None])
def test_an_unknown_code(check: Check, column: str, value: str | None) -> None:
    [(place, found, allowed)] = check.problems({column: value})
    assert place == at(0, column)
    assert found == ("nothing (blank)" if value is None else "'Nowhere'")
    assert allowed == "one of " + ", ".join(check.vocabulary[column])


@pytest.mark.parametrize(
    ("claim", "column", "found", "allowed"),
    [
        ((None, "2010-01-01", 1.0), "policy_id", "nothing (blank)", "some text"),
        (("P9", "2010-01-01", 1.0), "policy_id", "'P9'", "a policy_id of table policy_history"),
        (("P1", None, 1.0), "incurred_date", "nothing (blank)", A_DATE),
        (("P1", "in May", 1.0), "incurred_date", "'in May'", A_DATE),
        (("P1", "2010-01-01", None), "amount", "nothing (blank)", "a number from 0 to 100000000"),
        (("P1", "2010-01-01", -0.01), "amount", "-0.01", "a number from 0 to 100000000"),
        (("P1", "2010-01-01", "1,000"), "amount", "'1,000'", "a number from 0 to 100000000"),
        (("P1", "2005-06-14", 1.0), "incurred_date", "'2005-06-14'", "a date from 2005-06-15, the issue date, on"),
        (
            ("P1", "2008-04-01", 1.0),
            "incurred_date",
            "'2008-04-01'",
            "a date the policy was covered: from 2005-06-15 to 2008-03-31, or from 2009-01-01 on",
        ),
        (
            ("P2", "2006-12-31", 1.0),
            "incurred_date",
            "'2006-12-31'",
            "a date the policy was covered: from 2007-01-01 to 2012-05-05",
        ),
        (
            ("P2", "2012-05-06", 1.0),
            "incurred_date",
            "'2012-05-06'",
            "a date the policy was covered: from 2007-01-01 to 2012-05-05",
        ),
    ],
)
def test_a_bad_claim(check: Check, claim: tuple, column: str, found: str, allowed: str) -> None:
    rows = (
        {"entry_date": "2009-01-01"},
        {"termination_date": "2008-03-31", "termination_cause": "Lapse"},
        {"policy_id": "P2", "entry_date": "2007-01-01", "termination_date": "2012-05-05", "termination_cause": "Death"},
    )
    [problem] = check.problems(*rows, claims=[("P1", "2010-01-01", 0.0), claim])
    place = at_claim(1, column, claim[0]) if claim[0] else "claims.csv, row 3, column policy_id"
    assert problem == (place, found, allowed)


def test_claims_belong_to_the_period_that_covers_them(check: Check) -> None:
    """First and last day are covered; on the day one period ends and the next begins, the next one is meant."""
    found = check(
        {"policy_id": "P3", "entry_date": "2012-07-01"},
        {"policy_id": "P2"},
        {"policy_id": "P3", "termination_date": "2010-01-01", "termination_cause": "Lapse"},
        {
            "policy_id": "P3",
            "entry_date": "2010-01-01",
            "termination_date": "2011-12-31",
            "termination_cause": "Lapse",
        },
        claims=[
            (f"P{policy}", date, 1.0)
            for policy, date in (
                (3, "2005-06-15"),
                (3, "2009-12-31"),
                (3, "2010-01-01"),
                (3, "2011-12-31"),
                (3, "2012-07-01"),
                (2, "2005-06-15"),
                (2, "2030-01-01"),
            )
        ],
    )
    assert found.claims["row"].tolist() == [2, 2, 3, 3, 0, 1, 1]


# Columns and tables.


def test_missing_and_unknown_columns_of_both_tables(check: Check) -> None:
    policies = InputTable(check.frame().rename(columns={"sex": "gender"}), file_locator("policies.csv"))
    claims = InputTable(pd.DataFrame({"policy_id": [], "amount": []}), file_locator("claims.csv"))
    with pytest.raises(InputError) as caught:
        check_histories(policies, claims, check.vocabulary, BASIS)
    assert [(p.place, p.found) for p in caught.value.problems] == [
        ("policies.csv", "no column sex"),
        ("policies.csv, column gender", "unknown column 'gender'"),
        ("claims.csv", "no column incurred_date"),
    ]
    assert "policy_id, series, issue_date" in caught.value.problems[0].allowed


def test_no_policies(check: Check) -> None:
    with pytest.raises(InputError, match="table: found no rows; allowed: a row for each period of coverage"):
        check_histories(InputTable(check.frame().iloc[:0]), None, check.vocabulary, BASIS)


def test_places_on_a_worksheet(check: Check) -> None:
    columns = [c.name for c in POLICY_HISTORY.columns]
    table = InputTable(check.frame({"issue_age": 5}), sheet_locator("Histories", 3, 0, columns))
    with pytest.raises(InputError, match=r"^sheet Histories, cell D5, policy P1: found 5; allowed: a whole number"):
        check_histories(table, None, check.vocabulary, BASIS)


def test_problems_of_both_tables_are_told_at_once_the_first_of_each_kind_first(check: Check) -> None:
    found = check.problems({"issue_age": 5}, {"policy_id": "P2", "issue_age": 6}, claims=[("P7", "2010-01-01", 1.0)])
    assert [p[0] for p in found] == [at(0, "issue_age"), at_claim(0, "policy_id", "P7"), at(1, "issue_age", "P2")]


def test_of_many_problems_some_are_kept_and_all_counted(check: Check) -> None:
    rows = [{"policy_id": f"P{i}", "issue_age": 5} for i in range(MAX_KEPT + 7)]
    with pytest.raises(InputError) as caught:
        check(*rows)
    assert (len(caught.value.problems), caught.value.total) == (MAX_KEPT, MAX_KEPT + 7)


# Within a row.


@pytest.mark.parametrize(
    ("cells", "column", "found", "allowed"),
    [
        ({"entry_date": "2005-06-14"}, "entry_date", "'2005-06-14'", "a date from 2005-06-15, the issue date, on"),
        (
            {"termination_date": "2005-06-14", "termination_cause": "Lapse"},
            "termination_date",
            "'2005-06-14'",
            "a date from 2005-06-15, the issue date, on",
        ),
        (
            {"entry_date": "2007-01-01", "termination_date": "2006-12-31", "termination_cause": "Lapse"},
            "termination_date",
            "'2006-12-31'",
            "a date from 2007-01-01, the entry date, on",
        ),
        (
            {"termination_date": "2006-12-31"},
            "termination_cause",
            "nothing (blank)",
            "one of Death, Lapse, Benefit Expiry, Other, as there is a termination date; or neither of them",
        ),
        (
            {"termination_cause": "Death"},
            "termination_date",
            "nothing (blank)",
            "a date, as termination_cause is 'Death'; or neither of them",
        ),
    ],
)
def test_dates_of_a_row(check: Check, cells: Row, column: str, found: str, allowed: str) -> None:
    assert check.problems({"policy_id": "P0"}, cells) == [(at(1, column), found, allowed)]


def test_the_first_day_may_be_the_last(check: Check) -> None:
    same = {"entry_date": "2005-06-15", "termination_date": "2005-06-15", "termination_cause": "Lapse"}
    assert len(check(same, claims=[("P1", "2005-06-15", 1.0)])) == 1


@pytest.mark.parametrize("study_age", [LAST_BIRTHDAY, NEAREST_BIRTHDAY])
def test_no_date_of_birth_where_ages_follow_it(check: Check, study_age: str) -> None:
    assert len(check({"birth_date": None})) == 1
    [problem] = check.problems({"birth_date": None}, basis=StudyBasis(study_age=study_age))
    assert problem == (at(0, "birth_date"), "nothing (blank)", f"a date, as study_age is {study_age}")


@pytest.mark.parametrize(
    ("birth", "at_issue"),
    [("1943-06-15", 62), ("1946-06-16", 58), ("1943-06-16", None), ("1946-06-15", None), ("2005-06-16", -1)],
)
def test_a_date_of_birth_against_the_issue_age_of_60(check: Check, birth: str, at_issue: int | None) -> None:
    assert len(check({"birth_date": birth})) == 1, "not read where ages follow anniversaries"
    if at_issue is None:
        assert len(check({"birth_date": birth}, basis=BY_BIRTHDAY)) == 1
        return
    allowed = "a date of birth by which the age at issue is within one year of issue_age 60"
    [problem] = check.problems({"birth_date": birth}, basis=BY_BIRTHDAY)
    assert problem == (at(0, "birth_date"), f"'{birth}', age {at_issue} at issue", allowed)


@pytest.mark.parametrize(
    ("cells", "basis", "column", "found"),
    [
        ({"issue_date": "1955-12-31"}, BASIS, "issue_age", "attained age 121 on 2016-12-31"),
        ({"issue_date": "1956-01-01"}, BASIS, "issue_age", None),
        (
            {"issue_date": "1950-06-01", "termination_date": "2011-06-01", "termination_cause": "Death"},
            BASIS,
            "issue_age",
            "attained age 121 on 2011-06-01",
        ),
        (
            {"issue_date": "1950-06-01", "termination_date": "2011-05-31", "termination_cause": "Death"},
            BASIS,
            "issue_age",
            None,
        ),
        (
            {"issue_date": "1956-06-01", "birth_date": "1895-12-31"},
            BY_BIRTHDAY,
            "birth_date",
            "attained age 121 on 2016-12-31",
        ),
        ({"issue_date": "1956-06-01", "birth_date": "1896-01-01"}, BY_BIRTHDAY, "birth_date", None),
    ],
)
def test_older_than_the_mortality_table(
    check: Check, cells: Row, basis: StudyBasis, column: str, found: str | None
) -> None:
    if found is None:
        assert len(check(cells, basis=basis)) == 1
        return
    allowed = "attained age up to 120, the last of table mortality_base, at the termination or the end of the study"
    assert check.problems(cells, basis=basis) == [(at(0, column), found, allowed)]


# Between the rows of a policy.


def lapsed(on: str, **cells: Any) -> Row:
    return {"termination_date": on, "termination_cause": "Lapse"} | cells


@pytest.mark.parametrize(
    ("rows", "bad", "found", "other"),
    [
        (
            (lapsed("2008-03-31"), {"entry_date": "2008-03-30"}),
            1,
            "from 2008-03-30 on",
            "from 2005-06-15 to 2008-03-31",
        ),
        (
            ({"entry_date": "2008-03-30"}, lapsed("2008-03-31")),
            0,
            "from 2008-03-30 on",
            "from 2005-06-15 to 2008-03-31",
        ),
        (({}, {"entry_date": "2012-01-01"}), 1, "from 2012-01-01 on", "from 2005-06-15 on"),
        (({}, {}), 1, "from 2005-06-15 on", "from 2005-06-15 on"),
        (({}, {"policy_id": "P1 "}), 1, "from 2005-06-15 on", "from 2005-06-15 on"),
        (
            (lapsed("2005-06-15"), lapsed("2005-06-15", entry_date="2005-06-15")),
            1,
            "from 2005-06-15 to 2005-06-15",
            "from 2005-06-15 to 2005-06-15",
        ),
    ],
)
def test_overlapping_periods(check: Check, rows: tuple[Row, Row], bad: int, found: str, other: str) -> None:
    [problem] = check.problems(*rows)
    assert problem == (
        at(bad, "entry_date"),
        f"a period {found}",
        f"periods of a policy that do not overlap; another row covers it {other} (policies.csv, row {3 - bad})",
    )


def test_a_period_may_begin_when_the_one_before_ends(check: Check) -> None:
    assert len(check({"entry_date": "2008-03-31"}, lapsed("2008-03-31"), {"policy_id": "P2"})) == 3


def test_a_period_after_a_death(check: Check) -> None:
    died = {"termination_date": "2008-03-31", "termination_cause": "Death"}
    [problem] = check.problems(died, {"entry_date": "2009-01-01"})
    assert problem == (
        at(1, "entry_date"),
        "a period from 2009-01-01 on",
        "no period after a death on 2008-03-31 (policies.csv, row 2)",
    )


@pytest.mark.parametrize(
    ("column", "value", "other"),
    [
        ("issue_date", "2005-06-16", "'2005-06-15'"),
        ("issue_age", 61, "60"),
        ("daily_benefit", 160, "150"),
        ("discounted_renewal", "Yes", "'No'"),
        *((name, 0, None) for name in CHARACTERISTICS),
    ],
)
def test_what_a_policy_has_once(check: Check, column: str, value: Any, other: str | None) -> None:
    if other is None:
        other, value = repr(check.vocabulary[column][-1]), check.vocabulary[column][0]
    rows = ({"policy_id": "P0"}, lapsed("2008-03-31"), {"entry_date": "2009-01-01", column: value})
    [problem] = check.problems(*rows)
    assert problem == (at(2, column), repr(value), f"{other}, as in the policy's first row (policies.csv, row 3)")


def test_another_date_of_birth_where_it_is_read(check: Check) -> None:
    rows = (lapsed("2008-03-31"), {"entry_date": "2009-01-01", "birth_date": "1945-02-02"})
    assert len(check(*rows)) == 2
    [problem] = check.problems(*rows, basis=BY_BIRTHDAY)
    allowed = "'1945-02-01', as in the policy's first row (policies.csv, row 2)"
    assert problem == (at(1, "birth_date"), "'1945-02-02'", allowed)


def test_rows_without_an_id_are_no_policy(check: Check) -> None:
    found = check.problems({"policy_id": None}, {"policy_id": "", "issue_age": 70})
    assert [p[0] for p in found] == [f"policies.csv, row {row}, column policy_id" for row in (2, 3)]


def test_many_rows_take_seconds(check: Check) -> None:
    """No row is looked at on its own: 200,000 rows in less time than a Python loop over their cells takes."""
    n = 200_000
    frame = check.frame().iloc[np.zeros(n, dtype=int)].reset_index(drop=True)
    frame["policy_id"] = [f"P{i}" for i in range(n)]
    claims = pd.DataFrame({"policy_id": frame["policy_id"], "incurred_date": "2010-01-01", "amount": 1.0})
    check({}, claims=[])  # compiles
    begin = time.perf_counter()
    found = check_histories(InputTable(frame), InputTable(claims), check.vocabulary, BASIS)
    assert time.perf_counter() - begin < 10.0
    assert found.claims["row"].tolist() == list(range(n))


def test_messages_read_well(check: Check) -> None:
    with pytest.raises(InputError) as caught:
        check({}, claims=[("P1", "2001-01-01", 5.0)])
    assert str(caught.value) == (
        "claims.csv, row 2, column incurred_date, policy P1: found '2001-01-01'; "
        "allowed: a date from 2005-06-15, the issue date, on"
    )
