"""Cells, labels, specifications: what counts as a number, a blank, a key, and how a bad one is told."""

from __future__ import annotations

import datetime as dt
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.errors import MAX_SHOWN, InputError, Problem, is_blank, shown
from xl_ltc.tables import (
    Column,
    InputTable,
    TableSpec,
    clean,
    column_letters,
    dense,
    file_locator,
    label_text,
    parse_label,
    sheet_locator,
    spans,
    to_number,
)

SPEC = TableSpec(
    "rates",
    "Rates",
    "a test",
    (
        Column("age", "label"),
        Column("sex", "text", allowed=("Male", "Female")),
        Column("note", "text", optional=True),
        Column("years", "integer", 1, 20),
        Column("rate", minimum=0.0, maximum=1.0),
        Column("amount", minimum=0.0),
        Column("free"),
        Column("until", "integer", 0, 120, optional=True),
    ),
    ("age", "sex"),
)
GOOD = pd.DataFrame(
    {
        "age": ["<55", 55.0, "100+"],
        "sex": ["Male", " Male ", "Female"],
        "note": ["", None, "x"],
        "years": ["3", 4, 5.0],
        "rate": ["0.5", 0, 1.0],
        "amount": [1e9, "1e3", 0],
        "free": [-1, "-1.5", ".5"],
        "until": ["", math.nan, "65"],
    },
    dtype=object,
)
A_LABEL = "a whole number, or one with < before it or + behind it, as in <55, 55, 100+"


def with_cell(column: str, row: int, value: object) -> InputTable:
    frame = GOOD.copy()
    cells = frame[column].tolist()
    cells[row] = value
    frame[column] = pd.Series(cells, dtype=object)
    return InputTable(frame, file_locator("rates.csv"))


def problems_of(table: InputTable) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        clean(table, SPEC)
    return list(caught.value.problems)


def test_good_cells_are_typed():
    frame = clean(InputTable(GOOD.sample(frac=1.0, axis=1, random_state=1)), SPEC)
    assert list(frame) == [c.name for c in SPEC.columns]
    assert frame["age"].tolist() == ["<55", "55", "100+"]
    assert frame["sex"].tolist() == ["Male", "Male", "Female"]
    assert frame["note"].tolist() == ["", "", "x"]
    assert frame["years"].tolist() == [3, 4, 5]
    assert frame["years"].dtype == np.int64
    assert frame["rate"].tolist() == [0.5, 0.0, 1.0]
    assert frame["amount"].tolist() == [1e9, 1e3, 0.0]
    assert frame["free"].tolist() == [-1.0, -1.5, 0.5]
    assert frame["until"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("column", "value", "found", "allowed"),
    [
        ("rate", 1.2, "1.2", "a number from 0 to 1"),
        ("rate", -0.1, "-0.1", "a number from 0 to 1"),
        ("rate", "text", "'text'", "a number from 0 to 1"),
        ("rate", math.inf, "inf", "a number from 0 to 1"),
        ("rate", "nan", "'nan'", "a number from 0 to 1"),
        ("rate", True, "True", "a number from 0 to 1"),
        ("rate", "1_0e-2", "'1_0e-2'", "a number from 0 to 1"),
        ("rate", "5%", "'5%'", "a number from 0 to 1"),
        ("rate", dt.date(2016, 1, 1), "2016-01-01", "a number from 0 to 1"),
        ("amount", "1,000", "'1,000'", "a number of at least 0"),
        ("amount", -1, "-1", "a number of at least 0"),
        ("free", "inf", "'inf'", "a number"),
        ("free", -math.inf, "-inf", "a number"),
        ("years", 2.5, "2.5", "a whole number from 1 to 20"),
        ("years", "21", "'21'", "a whole number from 1 to 20"),
        ("until", 121, "121", "a whole number from 0 to 120"),
        ("age", "55-59", "'55-59'", A_LABEL),
        ("age", "-5", "'-5'", A_LABEL),
        ("age", 55.5, "55.5", A_LABEL),
        ("age", "<", "'<'", A_LABEL),
        ("sex", "M", "'M'", "one of Male, Female"),
        ("sex", "male", "'male'", "one of Male, Female"),
        ("sex", 1, "1", "one of Male, Female"),
    ],
)
def test_a_bad_cell(column, value, found, allowed):
    [problem] = problems_of(with_cell(column, 1, value))
    assert problem == Problem(f"rates.csv, row 3, column {column}", found, allowed)


@pytest.mark.parametrize("blank", [None, "", "  ", math.nan, np.float64("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize(
    ("column", "allowed"),
    [("age", A_LABEL), ("sex", "one of Male, Female"), ("years", "a whole number from 1 to 20"), ("free", "a number")],
)
def test_a_blank_cell(column, allowed, blank):
    [problem] = problems_of(with_cell(column, 2, blank))
    assert problem == Problem(f"rates.csv, row 4, column {column}", "nothing (blank)", allowed)


def test_a_blank_text_where_any_text_is_allowed():
    spec = TableSpec("names", "", "", (Column("name", "text"),), ("name",))
    with pytest.raises(InputError, match=r"row 2, column name: found nothing \(blank\); allowed: some text"):
        clean(InputTable(pd.DataFrame({"name": [" "]})), spec)


def test_optional_cells_may_be_blank():
    assert math.isnan(clean(with_cell("until", 2, pd.NA), SPEC)["until"][2])


def test_all_bad_cells_at_once():
    frame = GOOD.copy()
    frame.loc[0, "rate"], frame.loc[2, "years"], frame.loc[1, "sex"] = 7, 0, "?"
    places = [p.place for p in problems_of(InputTable(frame, file_locator("rates.csv")))]
    assert places == [f"rates.csv, {p}" for p in ("row 3, column sex", "row 4, column years", "row 2, column rate")]


def test_missing_repeated_and_unknown_columns():
    frame = pd.concat([GOOD.drop(columns="sex"), GOOD[["rate"]], GOOD[["free"]].set_axis(["fees"], axis=1)], axis=1)
    problems = problems_of(InputTable(frame, file_locator("rates.csv")))
    assert [p.found for p in problems] == ["no column sex", "2 columns rate", "unknown column 'fees'"]
    assert {p.allowed for p in problems} == {
        "table rates has the columns age, sex, note, years, rate, amount, free, until, each once"
    }
    assert problems[2].place == "rates.csv, column fees"


@pytest.mark.parametrize("header", [65, 65.0, "65", np.int64(65)])
def test_a_number_as_column_name(header):
    spec = TableSpec("expiry", "", "", (Column("65"),), ("65",))
    assert clean(InputTable(pd.DataFrame({header: [0.1]})), spec)["65"].tolist() == [0.1]


def test_no_rows():
    [problem] = problems_of(InputTable(GOOD.iloc[:0], file_locator("rates.csv")))
    assert problem == Problem("rates.csv", "no rows", "table rates needs at least one row")


def test_a_key_twice():
    frame = GOOD.copy()
    frame.loc[1, "age"] = "<55"
    [problem] = problems_of(InputTable(frame, file_locator("rates.csv")))
    assert problem.place == "rates.csv, row 3, column age"
    assert problem.found == "age <55, sex Male a second time (first in rates.csv, row 2)"
    assert problem.allowed == "each age and sex once in table rates"


class TestDense:
    """Labelled rows over 50…60."""

    @staticmethod
    def spread(labels: list[str], low: int = 50, high: int = 60) -> np.ndarray:
        values = np.arange(len(labels), dtype=float)
        place = file_locator("t.csv")
        return dense(labels, values, low, high, table="t", key="attained_age", locate=place)

    def problems(self, labels: list[str]) -> list[Problem]:
        with pytest.raises(InputError) as caught:
            self.spread(labels)
        return list(caught.value.problems)

    def test_open_ends(self):
        assert self.spread(["<53", "53", "54", "55+"]).tolist() == [0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3]

    def test_order_of_rows_is_free(self):
        assert self.spread(["55+", "54", "<54"]).tolist() == [2, 2, 2, 2, 1, 0, 0, 0, 0, 0, 0]

    def test_a_gap(self):
        [problem] = self.problems(["<53", "54", "57+"])
        assert problem == Problem(
            "t.csv",
            "no row for attained age 53, 55–56",
            "table t covers every attained age from 50 to 60 without a gap",
        )

    @pytest.mark.parametrize("labels", [["<55", "54", "55+"], ["<55", "55+", "58+"], ["<55", "< 55", "55+"]])
    def test_an_overlap(self, labels):
        [problem] = self.problems(labels)
        row = 4 if labels[2] == "58+" else 3
        assert problem.place == f"t.csv, row {row}, column attained_age"
        assert problem.found == f"attained age {labels[row - 2]} a second time"
        assert problem.allowed == "each attained age once in table t"

    @pytest.mark.parametrize("label", ["49", "61", "62+", "<50", "<70", "x"])
    def test_beyond_the_table(self, label):
        problem = self.problems(["<53", "53+", label])[0]
        assert problem.place == "t.csv, row 4, column attained_age"
        assert problem.found == repr(label)
        assert problem.allowed == "attained age from 50 to 60"

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_any_partition_gives_back_its_values(self, first, length):
        singles = range(first, first + length)
        labels = [f"<{first}"] * (first > 0) + [str(x) for x in singles] + [f"{first + length}+"]
        values = [100.0] * (first > 0) + [float(x) for x in singles] + [200.0]
        spread = dense(labels, values, 0, 120, table="t", key="age", locate=file_locator("t"))
        assert spread.tolist() == [100.0] * first + list(singles) + [200.0] * (121 - first - length)

    @given(st.integers(51, 58), st.integers(1, 3))
    def test_any_row_left_out_is_named(self, start, length):
        left_out = range(start, min(start + length, 60))
        [problem] = self.problems([str(x) for x in range(50, 61) if x not in left_out])
        assert problem.found == f"no row for attained age {spans(list(left_out))}"


@given(st.integers(0, 10_000))
def test_labels_are_read_back(n):
    assert parse_label(label_text(n), 0, 99_999) == (n, n)
    assert parse_label(label_text(float(n)), 0, 99_999) == (n, n)
    assert parse_label(f"{n}.0", 0, 99_999) == (n, n)
    assert parse_label(f"<{n}", 0, 99_999) == parse_label(f"< {n}", 0, 99_999) == (0, n - 1)
    assert parse_label(f"{n}+", 0, 99_999) == parse_label(f"{n} +", 0, 99_999) == (n, 99_999)


@pytest.mark.parametrize("text", ["", "abc", "-1", "1-2", "1.5", ">5", "5<", "+5", "<5+", "1 2"])
def test_no_label(text):
    assert parse_label(text, 0, 99) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_its_text(x):
    assert to_number(repr(x)) == to_number(f" {x!r} ") == to_number(x) == x


@pytest.mark.parametrize("value", [None, True, np.True_, "", "1_0", "0x1F", "1,5", "1e", "٣", "nan", "inf", b"1", []])
def test_no_number(value):
    assert to_number(value) is None


@given(st.lists(st.integers(0, 200), min_size=1, unique=True).map(sorted))
def test_spans_cover_their_numbers(numbers):
    covered: list[int] = []
    for part in spans(numbers).split(", "):
        first, _, last = part.partition("–")
        covered += range(int(first), int(last or first) + 1)
    assert covered == numbers


def test_places_on_a_sheet():
    place = sheet_locator("Lapse", 3, 25, ["age", "single"])
    assert place(0, "age") == "sheet Lapse, cell Z5"
    assert place(9, "single") == "sheet Lapse, cell AA14"
    assert place(None, "single") == "sheet Lapse, cell AA4"
    assert place(2, None) == "sheet Lapse, row 7"
    assert place(2, "unknown") == "sheet Lapse, row 7"
    assert place(None, None) == "sheet Lapse"
    assert [column_letters(i) for i in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


class TestInputError:
    problems = tuple(Problem(f"row {i}", "x", "y") for i in range(30))

    def test_shows_some_and_counts_the_rest(self):
        lines = str(InputError(self.problems)).splitlines()
        assert lines[:MAX_SHOWN] == [f"row {i}: found x; allowed: y" for i in range(MAX_SHOWN)]
        assert lines[MAX_SHOWN:] == ["… and 5 more problems"]
        assert str(InputError(self.problems[: MAX_SHOWN + 1])).splitlines()[-1] == "… and 1 more problem"
        assert len(str(InputError(self.problems[:MAX_SHOWN])).splitlines()) == MAX_SHOWN

    def test_counts_problems_not_kept(self):
        assert str(InputError(self.problems, 77_020)).splitlines()[-1] == "… and 76,995 more problems"
        assert str(InputError(self.problems[:3], 5)).splitlines()[3:] == ["… and 2 more problems"]

    def test_survives_a_process_boundary(self):
        error = pickle.loads(pickle.dumps(InputError(self.problems, 99)))
        assert (error.problems, error.total) == (self.problems, 99)

    def test_single(self):
        error = InputError.single("here", "this", "that")
        assert (str(error), error.total) == ("here: found this; allowed: that", 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (1.5, "1.5"),
        (0, "0"),
        (False, "False"),
        ("x" * 41, repr("x" * 37 + "…")),
        ("x" * 40, repr("x" * 40)),
    ],
)
def test_shown(value, text):
    assert shown(value) == text
    assert not is_blank(value)
