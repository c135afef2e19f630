"""Actual to expected by characteristic, on the benchmark, the current and the fitted factors, with bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Measure,
    Page,
    Row,
    Table,
    engine,
    live,
    live_ratio,
    ratio_or_na,
    text,
)
from xl_ltc.experience.bounds import ae_bounds
from xl_ltc.experience.conduct import (
    ADJUSTED_CLAIMS,
    ADJUSTED_DEATHS,
    FITTED_CLAIMS,
    FITTED_DEATHS,
    StudyResult,
)
from xl_ltc.experience.factor_model import EXPECTED_CLAIMS, EXPECTED_DEATHS

MORTALITY_SHEET, MORBIDITY_SHEET = "Mortality A to E", "Morbidity A to E"
MORTALITY_TABLE, MORBIDITY_TABLE = "study_mortality", "study_morbidity"
CONFIDENCE = "confidence"
"""The workbook-wide name of the choice."""


@dataclass(frozen=True)
class _Kind:
    """What differs between deaths and claims."""

    table: str
    sheet: str
    title: str
    actual: str
    counted: tuple[str, ...]
    expected: tuple[str, str, str]
    measure: Measure
    headers: tuple[str, ...]


_DEATHS = _Kind(
    MORTALITY_TABLE,
    MORTALITY_SHEET,
    "Actual-to-Expected (A:E) Deaths",
    "deaths",
    ("exposure", "deaths"),
    (EXPECTED_DEATHS, ADJUSTED_DEATHS, FITTED_DEATHS),
    "tenths",
    ("Base table", "Current factors", "Fitted factors"),
)
_CLAIMS = _Kind(
    MORBIDITY_TABLE,
    MORBIDITY_SHEET,
    "Actual-to-Expected (A:E) Incurred Claims",
    "actual_claims",
    ("exposure", "claim_count", "actual_claims"),
    (EXPECTED_CLAIMS, ADJUSTED_CLAIMS, FITTED_CLAIMS),
    "money",
    ("Claim costs", "Current factors", "Fitted factors"),
)
_COUNTED = {
    "exposure": Column("exposure", "Exposure", "count", "Actual", 11),
    "deaths": Column("deaths", "Deaths", "count", "Actual", 9),
    "claim_count": Column("claim_count", "Claims", "count", "Actual", 9),
    "actual_claims": Column("actual_claims", "Dollars", "money", "Actual", 13),
}


def mortality_page(result: StudyResult) -> Page:
    """Deaths."""
    notes = (
        "Expected deaths are hazards times exposure; Exhibit A-1b has ratios of probabilities, a little nearer to 1 at "
        "high ages.",
        "The bounds are of A:E on the current factors: exact (Garwood) limits of a Poisson number of deaths.",
    )
    return _page(result, _DEATHS, result.mortality_ae, notes)


def morbidity_page(result: StudyResult) -> Page:
    """Incurred claims."""
    notes = (
        "The bounds are of A:E on the current factors: dollars plus and minus so many standard deviations of a normal "
        "distribution, the variance of dollars being the sum of the squares of the claims.",
    )
    return _page(result, _CLAIMS, result.morbidity_ae, notes)


def _page(result: StudyResult, kind: _Kind, filed: pd.DataFrame, notes: tuple[str, ...]) -> Page:
    frame = pd.concat([filed, result.further_ae], ignore_index=True)
    rows = tuple(_rows(result, kind, frame))
    grey = "Exposure, events and expected events are added up by the study; the rest are formulas."
    return Page(
        kind.sheet,
        f"{kind.title} by characteristic, before and after the fitted factors, with confidence bounds.",
        (kind.title, "By characteristic; the benchmark, the current and the fitted factors"),
        (Table(kind.table, _columns(kind), rows),),
        (
            text(grey),
            *(text(note) for note in notes),
            live(
                f'="Confidence of the bounds, two-sided: "&TEXT({CONFIDENCE},"0.0%")',
                f"Confidence of the bounds, two-sided: {result.basis.confidence:.1%}",
            ),
        ),
        landscape=True,
    )


def _columns(kind: _Kind) -> tuple[Column, ...]:
    expected = [
        Column(name, header, kind.measure, "Expected", 13)
        for name, header in zip(kind.expected, kind.headers, strict=True)
    ]
    ratios = [
        Column(f"ae_{name}", header, "hundredths", "Actual to expected", 11)
        for name, header in zip(kind.expected, kind.headers, strict=True)
    ]
    return (
        Column("characteristic", "Characteristic", width=19, wrap=False),
        Column("category", "", width=15),
        *(_COUNTED[name] for name in kind.counted),
        *expected,
        *ratios,
        Column("lower", "Lower", "hundredths", "Bounds", 9),
        Column("upper", "Upper", "hundredths", "Bounds", 9),
        Column("squared_claims", "Squares of claims", "tiny", width=12, printed=False),
        Column("label", "Label", width=30, printed=False),
        Column("above", "Above", "decimal", width=10, printed=False),
        Column("below", "Below", "decimal", width=10, printed=False),
    )


def _rows(result: StudyResult, kind: _Kind, frame: pd.DataFrame) -> Iterator[Row]:
    shown: set[str] = set()
    for record in frame.to_dict("records"):
        characteristic, category = str(record["characteristic"]), str(record["category"])
        label = {} if characteristic in shown else {"characteristic": text(characteristic)}
        shown.add(characteristic)
        cells = label | {"category": text(category), "label": text(f"{characteristic}: {category}")}
        yield Row(row_key(characteristic, category), cells | _numbers(result, kind, record))
    totals = {str(name): float(value) for name, value in result.totals.items()}
    cells = {"characteristic": text("Total"), "category": text(ALL), "label": text("Total")}
    yield Row("Total", cells | _numbers(result, kind, totals), "total")


def row_key(characteristic: str, category: str) -> str:
    """The name of a row."""
    return f"{characteristic}/{category}"


def _numbers(result: StudyResult, kind: _Kind, values: dict[str, float]) -> dict[str, Cell]:
    cells = {name: engine(float(values[name])) for name in (*kind.counted, *kind.expected)}
    actual = float(values[kind.actual])
    for name in kind.expected:
        value = ratio_or_na(actual, float(values[name]))
        cells[f"ae_{name}"] = live_ratio(f"{{{kind.actual}}}", f"{{{name}}}", value)
    bounds = (_of_deaths if kind is _DEATHS else _of_claims)(result, kind, values)
    return cells | bounds | _bars(kind, values, bounds)


def _of_deaths(result: StudyResult, kind: _Kind, values: dict[str, float]) -> dict[str, Cell]:
    expected = kind.expected[1]
    deaths = float(values["deaths"])
    low, high = (float(v) for v in ae_bounds(deaths, float(values[expected]), result.basis.confidence))
    given = f'=IF({{{expected}}}=0,"{NOT_AVAILABLE}",'
    lower = f"{given}IF({{deaths}}=0,0,GAMMAINV((1-{CONFIDENCE})/2,{{deaths}},1))/{{{expected}}})"
    upper = f"{given}GAMMAINV((1+{CONFIDENCE})/2,{{deaths}}+1,1)/{{{expected}}})"
    return {"lower": live(lower, _or_na(low)), "upper": live(upper, _or_na(high))}


def _of_claims(result: StudyResult, kind: _Kind, values: dict[str, float]) -> dict[str, Cell]:
    expected = kind.expected[1]
    squares = float(values["squared_claims"])
    reach = NormalDist().inv_cdf((1.0 + result.basis.confidence) / 2.0) * squares**0.5
    actual, divisor = float(values["actual_claims"]), float(values[expected])
    words = f"NORMSINV((1+{CONFIDENCE})/2)*SQRT({{squared_claims}})"
    given = f'=IF({{{expected}}}=0,"{NOT_AVAILABLE}",'
    low = max(actual - reach, 0.0) / divisor if divisor else np.nan
    high = (actual + reach) / divisor if divisor else np.nan
    return {
        "squared_claims": engine(squares),
        "lower": live(f"{given}MAX(0,{{actual_claims}}-{words})/{{{expected}}})", _or_na(low)),
        "upper": live(f"{given}({{actual_claims}}+{words})/{{{expected}}})", _or_na(high)),
    }


def _bars(kind: _Kind, values: dict[str, float], bounds: dict[str, Cell]) -> dict[str, Cell]:
    """The lengths of the chart's bars above and below A:E."""
    name = f"ae_{kind.expected[1]}"
    low, high = bounds["lower"].value, bounds["upper"].value
    if not isinstance(low, float) or not isinstance(high, float):
        return {"above": live("=IF(ISNUMBER({upper}),0,0)", 0), "below": live("=IF(ISNUMBER({lower}),0,0)", 0)}
    ratio = float(values[kind.actual]) / float(values[kind.expected[1]])
    return {
        "above": live(f"=IF(ISNUMBER({{upper}}),{{upper}}-{{{name}}},0)", high - ratio),
        "below": live(f"=IF(ISNUMBER({{lower}}),{{{name}}}-{{lower}},0)", ratio - low),
    }


def _or_na(value: float) -> float | str:
    return NOT_AVAILABLE if np.isnan(value) else value
