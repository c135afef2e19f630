"""Settings from a sheet's name and value pairs: each wrong value has its message."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math

import pytest

from xl_ltc.errors import InputError, Problem, one_of
from xl_ltc.settings import Settings, as_text, describe, from_values
from xl_ltc.tables import sheet_locator

DEFAULTS = dataclasses.asdict(Settings())
NAMES = list(DEFAULTS)
TEXTS = [n for n, v in DEFAULTS.items() if isinstance(v, str)]
WHOLE = [n for n, v in DEFAULTS.items() if isinstance(v, int)]
NUMBERS = [n for n, v in DEFAULTS.items() if isinstance(v, float)]
ALLOWED = {d["name"]: d["allowed"] for d in describe()}


def problems_of(values: dict[str, object], **kwargs) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        from_values(values, **kwargs)
    return list(caught.value.problems)


def test_the_defaults_are_what_the_filing_did():
    settings = from_values(DEFAULTS)
    assert settings == Settings()
    assert settings.valuation_date == dt.date(2016, 12, 31)
    assert (settings.first_year, settings.last_year) == (2017, 2076)
    assert (settings.increase_effective_year, settings.rate_increase_cap) == (2019, 1.0)
    assert (settings.initial_premium_factor, settings.increase_premium_factor) == (0.58, 0.85)
    assert settings.moderately_adverse_margin == 0.15


def test_every_setting_is_described():
    described = describe()
    assert [d["name"] for d in described] == NAMES
    assert all(d["meaning"] and d["source"] and d["allowed"] for d in described)


def test_every_kind_is_tested():
    assert len(TEXTS) + len(WHOLE) + len(NUMBERS) + 1 == len(NAMES)


def test_as_text_is_plain_json_and_reads_back():
    assert from_values(json.loads(json.dumps(as_text(Settings())))) == Settings()


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_setting(name):
    [problem] = problems_of({k: v for k, v in DEFAULTS.items() if k != name})
    assert problem == Problem("settings", f"no setting {name}", f"every setting once; {name}: {ALLOWED[name]}")


def test_an_unknown_setting():
    [problem] = problems_of(
        {**DEFAULTS, "valuation_day": 1}, locate=sheet_locator("Settings", 2, 0, ["setting", "value"])
    )
    assert problem.place == f"sheet Settings, cell A{3 + len(NAMES) + 1}"
    assert problem.found == "unknown setting 'valuation_day'"
    assert all(name in problem.allowed for name in NAMES)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", ["Other", "", None, 1, True, math.nan])
def test_a_wrong_choice(name, value):
    self_allowed = next(f for f in dataclasses.fields(Settings) if f.name == name).metadata["allowed"]
    [problem] = problems_of({**DEFAULTS, name: value})
    assert problem.place == f"settings, row {NAMES.index(name) + 2}, column value"
    assert problem.found.startswith(f"{name} = ")
    assert problem.allowed == (
        "the postal code of a state, such as MD" if name == "filing_state" else one_of(self_allowed)
    )


@pytest.mark.parametrize("name", TEXTS)
def test_every_choice_is_accepted(name):
    for choice in next(f for f in dataclasses.fields(Settings) if f.name == name).metadata["allowed"]:
        assert getattr(from_values({**DEFAULTS, name: f" {choice} "}), name) == choice


@pytest.mark.parametrize("name", WHOLE + NUMBERS)
@pytest.mark.parametrize("value", ["many", "", None, True, math.nan, math.inf, -1, 1e9, "5%", dt.date(2016, 1, 1)])
def test_a_wrong_number(name, value):
    [problem] = problems_of({**DEFAULTS, name: value})
    assert problem.place == f"settings, row {NAMES.index(name) + 2}, column value"
    assert problem.found.startswith(f"{name} = ")
    assert problem.allowed == ALLOWED[name]
    assert problem.allowed.startswith("a whole number from " if name in WHOLE else "a number from ")


@pytest.mark.parametrize("name", WHOLE)
def test_half_a_year(name):
    [problem] = problems_of({**DEFAULTS, name: DEFAULTS[name] + 0.5})
    assert problem.allowed == ALLOWED[name]


@pytest.mark.parametrize("name", WHOLE + NUMBERS)
def test_a_number_as_text_or_whole_float(name):
    value = DEFAULTS[name]
    for form in (str(value), f" {value} ", float(value)):
        found = getattr(from_values({**DEFAULTS, name: form}), name)
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "value", ["2016-12-30", dt.date(2016, 6, 30), "31/12/2016", "2016-02-30", "", None, 42735, "now"]
)
def test_a_wrong_valuation_date(value):
    [problem] = problems_of({**DEFAULTS, "valuation_date": value})
    assert problem.found.startswith("valuation_date = ")
    assert problem.allowed == "a 31 December"


@pytest.mark.parametrize("value", ["2017-12-31", " 2017-12-31 ", dt.date(2017, 12, 31), dt.datetime(2017, 12, 31, 8)])
def test_forms_of_the_valuation_date(value):
    settings = from_values({**DEFAULTS, "valuation_date": value})
    assert settings.valuation_date == dt.date(2017, 12, 31)
    assert type(settings.valuation_date) is dt.date


def test_all_problems_at_once():
    values = {**DEFAULTS, "rbo_basis": "?", "projection_years": 0, "surplus": 1}
    del values["age_basis"]
    assert [p.found for p in problems_of(values)] == [
        "unknown setting 'surplus'",
        "no setting age_basis",
        "projection_years = 0",
        "rbo_basis = '?'",
    ]


def test_settings_are_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().projection_years = 10  # type: ignore[misc]
