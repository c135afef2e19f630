"""Section 21: distribution of the in-force insureds by characteristic and series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.policies import (
    COUNT,
    SHARE,
    TOTAL,
    count_by,
    distribution,
    engine_cells,
    published_shares,
    series_columns,
    series_keys,
    sum_by_series,
)
from xl_ltc.exhibits.table import Column, Page, Row, Table, live_ratio, ratio_or_na, text

AGE_BANDS = ("<40", "40-44", "45-49", "50-54", "55-59", "60-64", "65-69", "70-74", "75-79", "80+")
_FIRST_BAND_END, _BAND_YEARS = 40, 5

ISSUE_AGE = "issue_age"
AVERAGE_ISSUE_AGE = "Average Issue Age"
DISCOUNTED_RENEWAL, LEVEL_RENEWAL = "Discounted Renewal", "Level Renewal"
_AVERAGE, _SUM_OF_AGES = "average", "sum_of_ages"


@dataclass(frozen=True)
class Characteristic:
    """A characteristic the section describes.

    Attributes:
        column: of the in-force file.
        name: in the filing's tables.
        title: above the table.
        limited_first: premium payment options end with the one payable for life.
    """

    column: str
    name: str
    title: str
    limited_first: bool = False


CHARACTERISTICS = (
    Characteristic("elimination_period", "elimination_period", "Elimination Period"),
    Characteristic("benefit_period", "benefit_period", "Benefit Period"),
    Characteristic("inflation_option", "inflation", "Inflation Option"),
    Characteristic("premium_payment", "premium_payment", "Premium Payment Duration", limited_first=True),
    Characteristic("discounted_renewal", "discounted_renewal", "Discounted Renewal Premium Payment Option"),
    Characteristic("coverage_type", "coverage_type", "Coverage Type"),
    Characteristic("benefit_type", "benefit_type", "Benefit Type"),
    Characteristic("underwriting_class", "underwriting_class", "Underwriting Class[1]"),
)


def section_21(run: FilingRun) -> Page:
    """All insureds in force, nationwide, paid-up ones included."""
    date = run.assumptions.settings.valuation_date
    return Page(
        "Section 21",
        "Distribution of the in-force insureds by issue age, benefits, payment option and underwriting class.",
        (
            "Section 21",
            f"Distribution of Business as of {date:%B %d, %Y}",
            "Based on Nationwide In-Force Insured Count",
        ),
        (_issue_ages(run), *(_characteristic(run, c) for c in CHARACTERISTICS)),
        (
            text("[1] At issue, the labels may have differed, but were grouped into these generic labels."),
            text("N/A: no insured of the series has it. All insureds in force, paid-up policies included."),
        ),
    )


def age_bands(issue_age: np.ndarray) -> np.ndarray:
    """The position in ``AGE_BANDS`` of each issue age."""
    return np.clip((issue_age - _FIRST_BAND_END) // _BAND_YEARS + 1, 0, len(AGE_BANDS) - 1)


def _columns(run: FilingRun, header: str) -> tuple[Column, ...]:
    return (
        Column("label", header, width=20),
        *series_columns(run, SHARE, "Percent Distribution", "share", 7.5),
        *series_columns(run, COUNT, "Insureds", "count", 9.5),
    )


def _everyone(run: FilingRun) -> np.ndarray:
    return np.ones(len(run.block), dtype=bool)


def _issue_ages(run: FilingRun) -> Table:
    everyone = _everyone(run)
    labels = {f"{ISSUE_AGE}_{i}": band for i, band in enumerate(AGE_BANDS)}
    bands = age_bands(run.block.issue_age)
    rows = distribution(labels, count_by(run, bands, len(AGE_BANDS), everyone), offered_to_all=True)
    counts = sum_by_series(run, everyone)
    ages = sum_by_series(run, everyone, run.block.issue_age.astype(float))
    cells = {"label": text(AVERAGE_ISSUE_AGE), **engine_cells(COUNT, ages)}
    for key, age, count in zip(
        series_keys(run), np.append(ages.sum(), ages), np.append(counts.sum(), counts), strict=True
    ):
        cells[f"{SHARE}_{key}"] = live_ratio(
            f"{{{COUNT}_{key}}}", f"{{{TOTAL}.{COUNT}_{key}}}", ratio_or_na(float(age), float(count)), "age"
        )
    rows += (Row(_AVERAGE, cells),)
    printed = {row: f"{ISSUE_AGE}/{label}" for row, label in (labels | {_AVERAGE: AVERAGE_ISSUE_AGE}).items()}
    note = text("Beside the average issue age, under Insureds: the sum of issue ages.")
    published = published_shares(run, "s21", printed)
    return Table("section_21_issue_age", _columns(run, "Issue Ages"), rows, footnotes=(note,), published=published)


def _characteristic(run: FilingRun, characteristic: Characteristic) -> Table:
    categories, codes = _categories(run, characteristic)
    labels = {f"{characteristic.column}_{i}": c for i, c in enumerate(categories)}
    counts = count_by(run, codes, len(categories), _everyone(run))
    rows = distribution(labels, counts, offered_to_all=False)
    printed = {row: f"{characteristic.name}/{label}" for row, label in labels.items()}
    return Table(
        f"section_21_{characteristic.column}",
        _columns(run, characteristic.title),
        rows,
        published=published_shares(run, "s21", printed),
    )


def _categories(run: FilingRun, characteristic: Characteristic) -> tuple[list[str], np.ndarray]:
    """Labels in the section's order and each policy's position among them."""
    block = run.block
    if characteristic.column == "discounted_renewal":
        return [DISCOUNTED_RENEWAL, LEVEL_RENEWAL], (~block.discounted_renewal).astype(np.int64)
    categories = list(run.assumptions.vocabulary(characteristic.column))
    order = np.arange(len(categories))
    if characteristic.limited_first:
        order = np.argsort(~run.assumptions.premium.is_limited(order), kind="stable")
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    labels = [_label(characteristic.column, categories[i]) for i in order]
    return labels, position[block.codes(characteristic.column)]


def _label(column: str, category: str) -> str:
    return f"{category} Years" if column == "benefit_period" and category.isdigit() else category
