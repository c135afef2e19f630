"""The filing's experience and original pricing as input tables (Appendix A, Exhibit III, Appendix B).

Until the experience study and the pricing projections are part of the product, what they give is input: exposures,
events, expected probabilities, and the bases of the original pricing. What follows from these, the exhibits compute.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from xl_ltc import filing
from xl_ltc.assumptions.pricing.bundle import bundled_pricing
from xl_ltc.assumptions.pricing.specs import PRICING
from xl_ltc.assumptions.specs import PARTNER_STATUSES
from xl_ltc.errors import InputError, Problem
from xl_ltc.experience.lapse_rows import full_credibility_problems, is_single, lapse_problems
from xl_ltc.tables import Column, InputTable, TableSpec, clean

LIFETIME_PAY, TEN_PAY = "Lifetime-Pay", "Ten-Pay"
MORTALITY, LAPSE, MORBIDITY = "experience_mortality", "experience_lapse", "experience_morbidity"
PARAMETERS, BASIS = "experience_parameters", "pricing_basis"
FULL_CREDIBILITY = "credibility_full_events"
EXHIBIT_3, APPENDIX_B = "Exhibit III", "Appendix B"

_BELOW_CERTAIN = 0.999999
"""Who leaves for certain has no hazard."""
_LAPSE_OF = {LIFETIME_PAY: "exhibit_a2a", TEN_PAY: "exhibit_a2b"}


def _text(name: str, *allowed: str) -> Column:
    return Column(name, kind="text", allowed=allowed)


def _number(name: str, unit: str = "", high: float = 1e12, *, optional: bool = False) -> Column:
    return Column(name, minimum=0.0, maximum=high, unit=unit, optional=optional)


def _probability(name: str, *, optional: bool = False) -> Column:
    return _number(name, "annual probability", _BELOW_CERTAIN, optional=optional)


_CELLS = (_text("characteristic"), _text("category"))

STUDY: tuple[TableSpec, ...] = (
    TableSpec(
        MORTALITY,
        "Mortality experience, all rate series",
        "Exhibit A-1b",
        (
            *_CELLS,
            _number("exposure", "life-years"),
            _number("deaths", "deaths"),
            _probability("expected_2012_iam"),
            _probability("expected_adjusted"),
        ),
        ("characteristic", "category"),
        "Of the row Total only the expected probabilities are read; its exposure and deaths are added up.",
    ),
    TableSpec(
        LAPSE,
        "Terminations by policy duration, without benefit expiry",
        "Exhibits A-2a and A-2b",
        (
            _text("premium_payment", *_LAPSE_OF),
            _text("partner_status", *PARTNER_STATUSES),
            _text("policy_duration"),
            _number("exposure", "life-years", optional=True),
            _probability("composite_termination", optional=True),
            _probability("expected_mortality", optional=True),
            _number("events", "lapses", optional=True),
            _number("credibility", "share", 1.0, optional=True),
        ),
        ("premium_payment", "partner_status", "policy_duration"),
        "Credibility is read where the number of events is blank. Of durations combined, such as 1-3, 7+ and All, "
        "nothing else is read: the rest follows from the rows of single durations.",
    ),
    TableSpec(
        MORBIDITY,
        "Claims experience, all rate series",
        "Exhibit A-3b",
        (
            *_CELLS,
            _number("exposure", "life-years"),
            _number("claim_count", "claims"),
            _number("actual_claims", "$"),
            _number("guidelines_claims", "$"),
            _number("adjusted_claims", "$"),
        ),
        ("characteristic", "category"),
        "The row Total is added up. The filing's band <64 is <65.",
    ),
    TableSpec(
        PARAMETERS,
        "Parameters of the study",
        "Appendix A",
        (_text("parameter", FULL_CREDIBILITY), _number("value")),
        ("parameter",),
    ),
    TableSpec(
        BASIS,
        "Current and original bases in words",
        "Exhibit III and Appendix B",
        (
            _text("exhibit", EXHIBIT_3, APPENDIX_B),
            _text("assumption"),
            _text("basis"),
            _text("series"),
            _text("description"),
        ),
        ("exhibit", "assumption", "basis", "series"),
    ),
    *PRICING,
)
"""The input tables, each a named Excel table that may be left without rows."""

STUDY_BY_NAME = {spec.name: spec for spec in STUDY}

Study = Mapping[str, pd.DataFrame]
"""The input tables by name, typed; empty where nothing was given."""


def check_study(raw: Mapping[str, InputTable]) -> Study:
    """Typed tables from raw ones; a table without rows is one that was not given.

    Raises:
        InputError: every problem of every table.
    """
    checked, problems = {}, list[Problem]()
    for spec in STUDY:
        table = raw.get(spec.name)
        if table is None or len(table.frame) == 0:
            checked[spec.name] = empty(spec)
            continue
        try:
            checked[spec.name] = clean(table, spec)
        except InputError as error:
            problems += error.problems
    if not problems:
        problems += _problems_together(checked, raw)
    if problems:
        raise InputError(problems)
    return MappingProxyType(checked)


def _problems_together(checked: Study, raw: Mapping[str, InputTable]) -> list[Problem]:
    """What is wrong with rows, and tables, that are each right by themselves."""
    if checked[LAPSE].empty:
        return []
    parameters = raw.get(PARAMETERS)
    place = f"table {PARAMETERS}" if parameters is None else parameters.locate(None, "parameter")
    return [
        *lapse_problems(checked[LAPSE], raw[LAPSE].locate),
        *full_credibility_problems(checked[LAPSE]["events"].tolist(), checked[PARAMETERS], FULL_CREDIBILITY, place),
    ]


def empty(spec: TableSpec) -> pd.DataFrame:
    """A table without rows."""
    return pd.DataFrame({column.name: pd.Series(dtype="object") for column in spec.columns})


def nothing_given() -> Study:
    """The study of a company that has not given one."""
    return MappingProxyType({spec.name: empty(spec) for spec in STUDY})


@functools.cache
def bundled_study() -> Study:
    """The filing's own experience and original pricing."""
    return check_study({name: InputTable(frame) for name, frame in _bundled().items()})


def _bundled() -> dict[str, pd.DataFrame]:
    frames = {
        MORTALITY: _columns("exhibit_a1b", MORTALITY),
        MORBIDITY: _columns("exhibit_a3b", MORBIDITY).replace({"category": {"<64": "<65"}}),
        LAPSE: pd.concat([_lapse(payment) for payment in _LAPSE_OF], ignore_index=True),
        PARAMETERS: _parameters(),
        BASIS: _words(),
    }
    return frames | bundled_pricing()


def _columns(printed: str, name: str) -> pd.DataFrame:
    return filing.printed(printed).text[[column.name for column in STUDY_BY_NAME[name].columns]]


def _lapse(payment: str) -> pd.DataFrame:
    text = filing.printed(_LAPSE_OF[payment]).text
    single = text["duration"].map(is_single)
    frame = pd.DataFrame({"premium_payment": payment, "partner_status": text["partner_status"]})
    frame["policy_duration"] = text["duration"]
    for column in ("exposure", "composite_termination", "expected_mortality"):
        frame[column] = text[column].where(single, "")
    frame["events"] = ""
    frame["credibility"] = text["credibility"]
    return frame


def _parameters() -> pd.DataFrame:
    text = filing.printed("parameters").text
    return text.loc[text["parameter"] == FULL_CREDIBILITY, ["parameter", "value"]]


def _words() -> pd.DataFrame:
    with (
        importlib.resources.files("xl_ltc.experience.bundled")
        .joinpath("pricing_basis.csv")
        .open(encoding="utf-8") as file
    ):
        return pd.DataFrame(list(csv.DictReader(file)))
