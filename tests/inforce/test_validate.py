"""Every kind of bad cell and bad policy, through a real file: place, value and what is allowed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from xl_ltc.errors import MAX_SHOWN, InputError
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.inforce.validate import MAX_KEPT, check_inforce
from xl_ltc.tables import InputTable, sheet_locator

A_DATE = "a date, as a date cell or as text YYYY-MM-DD"
AN_AGE = "a whole number from 18 to 84"
A_PREMIUM = "a number from 0 to 1000000"
A_BENEFIT = "a number from 0 to 5000"


def changed(frame: pd.DataFrame, row: int, **cells: object) -> pd.DataFrame:
    """A copy with other cells in a row, whatever their types."""
    frame = frame.copy()
    for name, value in cells.items():
        column = frame[name].astype(object).tolist()
        column[row] = value
        frame[name] = pd.Series(column, dtype=object)
    return frame


def lifetime_pay(frame: pd.DataFrame) -> pd.DataFrame:
    """Policies whose premium never ends, so that a date or an age breaks no other rule."""
    return frame.assign(premium_payment="Lifetime-Pay")


def problems_of(load, frame, *args) -> list:
    with pytest.raises(InputError) as caught:
        load(frame, *args)
    assert caught.value.total == len(caught.value.problems)
    return list(caught.value.problems)


@pytest.mark.parametrize("seed", range(3))
def test_a_good_file_gives_its_cells(load, make_policies, rules, seed):
    frame = make_policies(200, seed)
    block = load(frame)
    assert list(block.frame) == [c.name for c in INFORCE.columns]
    assert block.frame["issue_date"].dtype == "datetime64[s]"
    for name in frame:
        found = block.frame[name]
        if name == "issue_date":
            assert found.dt.strftime("%Y-%m-%d").tolist() == frame[name].tolist()
        else:
            assert found.tolist() == frame[name].tolist(), name
    for name in CODED:
        assert tuple(block.frame[name].cat.categories) == tuple(rules.vocabulary[name])


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("issue_age", 17, AN_AGE),
        ("issue_age", 85, AN_AGE),
        ("issue_age", -40, AN_AGE),
        ("issue_age", 54.5, AN_AGE),
        ("issue_age", math.inf, AN_AGE),
        ("issue_age", "sixty", AN_AGE),
        ("issue_age", "4_0", AN_AGE),
        ("issue_age", "0x20", AN_AGE),
        ("daily_benefit", -0.01, A_BENEFIT),
        ("daily_benefit", 5_000.01, A_BENEFIT),
        ("daily_benefit", -math.inf, A_BENEFIT),
        ("daily_benefit", "$150", A_BENEFIT),
        ("daily_benefit", "1,000", A_BENEFIT),
        ("annualized_premium", -1, A_PREMIUM),
        ("annualized_premium", "n/a", A_PREMIUM),
        ("annualized_premium", "1e400", A_PREMIUM),
        ("new_business_premium", -1, A_PREMIUM),
        ("new_business_premium", "10%", A_PREMIUM),
        ("issue_date", "2016-02-30", A_DATE),
        ("issue_date", "2015-13-01", A_DATE),
        ("issue_date", "2015-00-10", A_DATE),
        ("issue_date", "03/04/2015", A_DATE),
        ("issue_date", "15-03-04", A_DATE),
        ("issue_date", "2015-3-4", A_DATE),
        ("issue_date", "20150304", A_DATE),
        ("issue_date", "2015-W10-1", A_DATE),
        ("issue_date", "42000", A_DATE),
        ("issue_date", 42000, A_DATE),
        ("issue_date", "2015-03-04 noon", A_DATE),
        ("discounted_renewal", "yes", "one of No, Yes"),
        ("discounted_renewal", True, "one of No, Yes"),
        ("premium_mode", "Weekly", "one of Annual, Semi-Annual, Quarterly, Monthly"),
    ],
)
def test_a_bad_cell(load, at, policies, column, value, allowed):
    [problem] = problems_of(load, changed(policies, 5, **{column: value}))
    assert problem.place == at(5, column)
    assert str(value) in problem.found
    assert problem.allowed == allowed


@pytest.mark.parametrize("column", CODED)
@pytest.mark.parametrize("value", ["Nowhere", 999, 2.5])
def test_an_unknown_code(load, at, policies, rules, column, value):
    [problem] = problems_of(load, changed(policies, 7, **{column: value}))
    assert problem.place == at(7, column)
    assert str(value) in problem.found
    assert problem.allowed == "one of " + ", ".join(rules.vocabulary[column])


@pytest.mark.parametrize("column", [c.name for c in INFORCE.columns])
@pytest.mark.parametrize("blank", [None, "", "  ", math.nan])
def test_a_blank_cell(load, at, policies, rules, column, blank):
    [problem] = problems_of(load, changed(policies, 3, **{column: blank}))
    place = at(3, column)
    assert problem.place == (place.partition(", policy")[0] if column == "policy_id" else place)
    assert problem.found == "nothing (blank)"
    spec = INFORCE.column(column)
    allowed = {"issue_date": A_DATE, **{c: "one of " + ", ".join(rules.vocabulary[c]) for c in CODED}}
    assert problem.allowed == allowed.get(column, spec.bounds())


def test_a_column_that_is_all_blank(load, policies):
    problems = problems_of(load, policies.assign(issue_age=None, sex=None, issue_date=None))
    assert len(problems) == 3 * len(policies)


def test_a_missing_and_an_unknown_column(load, policies):
    problems = problems_of(load, policies.rename(columns={"sex": "gender"}))
    assert [p.found for p in problems] == ["no column sex", "unknown column 'gender'"]
    assert all("columns policy_id, series, state, issue_date" in p.allowed for p in problems)


def test_a_repeated_column(tmp_path, policies, rules):
    from xl_ltc.inforce.read import read_inforce

    path = tmp_path / "inforce.csv"
    pd.concat([policies, policies[["sex"]]], axis=1).to_csv(path, index=False)
    with pytest.raises(InputError) as caught:
        check_inforce(read_inforce(path), rules)
    assert str(caught.value).startswith("inforce.csv: found 2 columns sex; allowed: table inforce has the columns")


def test_no_rows(load, policies, ending):
    [problem] = problems_of(load, policies.iloc[:0])
    assert (problem.place, problem.found) == (f"inforce.{ending}", "no rows")
    assert problem.allowed == "a row for each policy"


@pytest.mark.parametrize(("first", "second"), [("0000002", "0000002"), ("P7", " P7 ")])
def test_a_policy_twice(load, at, policies, first, second):
    frame = changed(changed(policies, 2, policy_id=first), 9, policy_id=second)
    [problem] = problems_of(load, frame)
    assert problem.place == at(9, "policy_id", second.strip())
    assert problem.found == f"{second!r} a second time (first in {at(2)})"
    assert problem.allowed == "each policy_id once"


def test_two_blank_ids_are_not_the_same_policy(load, policies):
    problems = problems_of(load, changed(changed(policies, 2, policy_id=None), 9, policy_id=" "))
    assert [p.found for p in problems] == ["nothing (blank)"] * 2


def test_a_policy_three_times_names_the_first(load, at, policies):
    frame = changed(changed(policies, 4, policy_id="0000002"), 9, policy_id="0000002")
    problems = problems_of(load, frame)
    assert [p.place for p in problems] == [at(4, "policy_id", "0000002"), at(9, "policy_id", "0000002")]
    assert all(f"first in {at(2)}" in p.found for p in problems)


def test_issued_after_the_valuation_date(load, at, policies):
    [problem] = problems_of(load, changed(policies, 1, issue_date="2017-01-01"))
    assert problem.place == at(1, "issue_date")
    assert "2017-01-01" in problem.found
    assert problem.allowed == "a date up to the valuation date 2016-12-31"
    load(changed(policies, 1, issue_date="2016-12-31"))


def test_issued_before_the_valuation_rates_begin(load, at, policies, rules):
    later = dataclasses.replace(rules, first_issue_year=2013)
    frame = lifetime_pay(policies)
    load(changed(frame, 1, issue_date="2013-01-01"), later)
    [problem] = problems_of(load, changed(frame, 1, issue_date="2012-12-31"), later)
    assert problem.place == at(1, "issue_date")
    assert "2012-12-31" in problem.found
    assert problem.allowed == "a date from 2013-01-01 on, where table valuation_interest begins"


def test_older_than_the_mortality_table(load, at, policies):
    frame = lifetime_pay(policies)
    load(changed(frame, 0, issue_date="1980-12-31", issue_age=84))
    [problem] = problems_of(load, changed(frame, 0, issue_date="1979-12-31", issue_age=84))
    assert problem.place == at(0, "issue_age")
    assert problem.found == "issue age 84, attained age 121 at the valuation date"
    assert problem.allowed == "attained age up to 120, the last of table mortality_base"


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_a_premium_without_new_business_premium(load, at, policies, zero):
    [problem] = problems_of(load, changed(policies, 2, annualized_premium=1234.5, new_business_premium=zero))
    assert problem.place == at(2, "new_business_premium")
    assert "0" in problem.found
    assert problem.allowed == "a number above 0, as annualized_premium is 1234.5"
    load(changed(policies, 2, annualized_premium=0.0, new_business_premium=zero))


def test_a_new_business_premium_below_the_current_one_is_accepted(load, policies):
    load(changed(policies, 2, annualized_premium=1234.5, new_business_premium=1.0))


@pytest.mark.parametrize("premium", [0.0, 900.0])
def test_pay_to_an_age_already_reached_at_issue(load, at, policies, premium):
    pay_to_65 = changed(policies, 6, premium_payment="Pay to Age 65", annualized_premium=premium)
    load(changed(pay_to_65, 6, issue_age=64, issue_date="2016-05-01"))
    [problem] = problems_of(load, changed(pay_to_65, 6, issue_age=65, issue_date="2013-05-01"))
    assert problem.place == at(6, "issue_age")
    assert "65" in problem.found
    assert problem.allowed == "an issue age below 65, as premium_payment is Pay to Age 65"


@pytest.mark.parametrize(
    ("option", "issue_date", "issue_age", "over"),
    [
        ("Ten-Pay", "2007-01-01", 40, False),
        ("Ten-Pay", "2006-12-31", 40, True),
        ("Twenty-Pay", "1997-06-30", 40, False),
        ("Twenty-Pay", "1996-06-30", 40, True),
        ("Pay to Age 65", "2012-06-30", 60, False),
        # 65 at the anniversary of 2016 by the nearest birthday, perhaps only at the next one by the contract.
        ("Pay to Age 65", "2011-06-30", 60, False),
        ("Pay to Age 65", "2010-06-30", 60, True),
        ("Lifetime-Pay", "1950-06-30", 30, False),
    ],
)
def test_a_premium_after_the_premium_paying_period(load, at, policies, option, issue_date, issue_age, over):
    cells = dict(premium_payment=option, issue_date=issue_date, issue_age=issue_age)
    load(changed(policies, 8, annualized_premium=0.0, **cells))
    paying = changed(policies, 8, annualized_premium=800.25, **cells)
    if not over:
        load(paying)
        return
    [problem] = problems_of(load, paying)
    assert problem.place == at(8, "annualized_premium")
    assert "800.25" in problem.found
    assert problem.allowed == f"0, as {option} premiums from {issue_date} were paid up before 2016-12-31"


def test_a_policy_with_a_bad_cell_breaks_no_rule_besides(load, policies):
    """A date or age that is none is reported once, not again by the rules that need it."""
    cells = dict(issue_date="never", issue_age=200, premium_payment="Nowhere", annualized_premium=-1)
    columns = [p.place.split("column ")[1].split(",")[0] for p in problems_of(load, changed(policies, 4, **cells))]
    assert sorted(columns) == sorted(cells)


def test_many_problems_are_counted_and_each_kind_leads(load, at, make_policies):
    frame = make_policies(2_000).assign(sex="X", issue_age=17)
    frame = changed(frame, 1_990, issue_date="2016-02-30")
    frame = changed(frame, 1_995, state=None)
    with pytest.raises(InputError) as caught:
        load(frame)
    error = caught.value
    assert error.total == 4_002
    assert len(error.problems) == MAX_KEPT
    lines = str(error).splitlines()
    assert len(lines) == MAX_SHOWN + 1
    assert lines[-1] == "… and 3,977 more problems"
    assert {p.place for p in error.problems[:4]} == {
        at(1_995, "state"),
        at(1_990, "issue_date"),
        at(0, "issue_age"),
        at(0, "sex"),
    }


def test_every_row_wrong_everywhere_is_still_bounded(load, make_policies):
    frame = make_policies(3_000)
    frame = frame.assign(**{name: "?" for name in frame if name != "policy_id"}, policy_id="same")
    with pytest.raises(InputError) as caught:
        load(frame)
    # The first row has its policy id to itself, and state may be any text.
    assert caught.value.total == 3_000 * (len(INFORCE.columns) - 1) - 1
    assert len(caught.value.problems) == MAX_KEPT


def test_policy_ids_stand_as_they_are(load, policies):
    ids = ["00012", "12", "a  b", " lead", "NA", "None", "null", "1e5", 'O"Neil, Jr', "é…", "TRUE", "two\nlines"]
    assert load(policies.assign(policy_id=ids)).frame["policy_id"].tolist() == ids


@pytest.mark.parametrize("dtype", ["int64", "float64", "category"])
def test_whole_numbers_and_categories_are_codes(load, policies, dtype, ending):
    frame = policies.assign(series=policies["series"].astype(int).astype(dtype), policy_id=range(100, 112))
    if dtype == "float64" and ending == "csv":
        # A CSV has texts only.
        assert {p.found for p in problems_of(load, frame)} == {repr(f"{s}.0") for s in policies["series"]}
        return
    block = load(frame)
    assert block.frame["series"].tolist() == policies["series"].tolist()
    assert block.frame["policy_id"].tolist() == [str(i) for i in range(100, 112)]


def test_blanks_around_codes_do_not_matter(load, policies):
    block = load(policies.assign(sex=" " + policies["sex"] + " ", issue_age=" " + policies["issue_age"].astype(str)))
    assert block.frame["sex"].tolist() == policies["sex"].tolist()
    assert block.issue_age.tolist() == policies["issue_age"].tolist()


@pytest.mark.parametrize(
    "form",
    [
        lambda d: pd.to_datetime(d),
        lambda d: pd.to_datetime(d).dt.date,
        lambda d: pd.to_datetime(d) + pd.Timedelta(hours=23, minutes=59),
        lambda d: d + "T00:00:00",
        lambda d: d + " 13:45",
        lambda d: " " + d + " ",
    ],
)
def test_forms_of_a_date(load, policies, form):
    block = load(policies.assign(issue_date=form(policies["issue_date"])))
    assert block.frame["issue_date"].dt.strftime("%Y-%m-%d").tolist() == policies["issue_date"].tolist()


@pytest.mark.parametrize("ending", ["parquet"], indirect=True)
def test_midnight_of_a_time_zone_is_its_own_day(load, policies):
    dates = pd.to_datetime(policies["issue_date"]).dt.tz_localize("Asia/Tokyo").dt.as_unit("us")
    block = load(policies.assign(issue_date=dates))
    assert block.frame["issue_date"].dt.strftime("%Y-%m-%d").tolist() == policies["issue_date"].tolist()


def test_numbers_of_every_type(load, policies):
    frame = policies.assign(
        issue_age=policies["issue_age"].astype("float32"),
        daily_benefit=pd.Categorical(["150", "75.5"] * 6),
        annualized_premium=[f"{i}e2" for i in range(12)],
    )
    block = load(frame)
    assert block.issue_age.tolist() == policies["issue_age"].tolist()
    assert block.numbers("daily_benefit").tolist() == [150.0, 75.5] * 6
    assert block.numbers("annualized_premium").tolist() == [100.0 * i for i in range(12)]


class TestWorksheetTable:
    """Cells as a worksheet gives them: numbers, texts, dates and blanks mixed in one column."""

    @staticmethod
    def table(frame: pd.DataFrame) -> InputTable:
        return InputTable(frame, sheet_locator("Inforce", 3, 1, list(frame)))

    @staticmethod
    def as_cells(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.astype(object)
        frame["issue_date"] = [dt.datetime.fromisoformat(d) for d in frame["issue_date"]]
        frame["benefit_period"] = [float(v) if v.isdigit() else v for v in frame["benefit_period"]]
        frame["series"] = [int(v) for v in frame["series"]]
        frame["policy_id"] = [float(v) if i % 2 else v for i, v in enumerate(frame["policy_id"])]
        frame["issue_age"] = [float(v) if i % 2 else str(v) for i, v in enumerate(frame["issue_age"])]
        return frame

    def test_good(self, policies, rules):
        frame = self.as_cells(policies)
        dates = frame["issue_date"].tolist()
        dates[3], dates[4] = dates[3].date(), str(dates[4].date())
        frame["issue_date"] = pd.Series(dates, dtype=object)
        block = check_inforce(self.table(frame), rules)
        assert block.frame["benefit_period"].tolist() == policies["benefit_period"].tolist()
        assert block.frame["series"].tolist() == policies["series"].tolist()
        assert block.issue_age.tolist() == policies["issue_age"].tolist()
        assert block.frame["issue_date"].dt.strftime("%Y-%m-%d").tolist() == policies["issue_date"].tolist()
        assert block.frame["policy_id"].tolist() == [str(i) if i % 2 else f"{i:07d}" for i in range(12)]

    @pytest.mark.parametrize(
        ("column", "cell", "value", "found", "allowed"),
        [
            ("issue_age", "F7", True, "True", AN_AGE),
            ("issue_age", "F7", "", "nothing (blank)", AN_AGE),
            ("issue_date", "E7", 42000.0, "42000", A_DATE),
            ("issue_date", "E7", dt.time(3), "03:00:00", A_DATE),
            ("annualized_premium", "S7", dt.datetime(2016, 1, 1), "2016-01-01 00:00:00", A_PREMIUM),
            ("benefit_period", "J7", 7.0, "7", "one of 2, 3, 4, 5, 6, 10, Lifetime"),
            ("benefit_period", "J7", True, "True", "one of 2, 3, 4, 5, 6, 10, Lifetime"),
            ("premium_mode", "Q7", pd.NA, "nothing (blank)", "one of Annual, Semi-Annual, Quarterly, Monthly"),
            ("issue_date", "E7", pd.NaT, "nothing (blank)", A_DATE),
        ],
    )
    def test_a_bad_cell(self, policies, rules, column, cell, value, found, allowed):
        frame = changed(self.as_cells(policies), 2, **{column: value})
        with pytest.raises(InputError) as caught:
            check_inforce(self.table(frame), rules)
        assert str(caught.value) == f"sheet Inforce, cell {cell}, policy 0000002: found {found}; allowed: {allowed}"

    def test_equal_cells_of_other_types_are_other_cells(self, policies, rules):
        ids = pd.Series([1, True, "01", *range(3, 12)], dtype=object)
        block = check_inforce(self.table(policies.assign(policy_id=ids)), rules)
        assert block.frame["policy_id"].tolist()[:3] == ["1", "True", "01"]

    def test_a_whole_column_of_the_wrong_type(self, policies, rules):
        frame = policies.assign(issue_age=True, daily_benefit=np.datetime64("2016-01-01"))
        with pytest.raises(InputError) as caught:
            check_inforce(self.table(frame), rules)
        assert caught.value.total == 24
