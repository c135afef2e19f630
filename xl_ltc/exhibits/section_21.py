"""Section 21: distribution of the in-force insureds by characteristic and series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.exhibits.filing_run import FilingRun, Policies
from xl_ltc.exhibits.policies import (
    COUNT,
    SHARE,
    TOTAL,
    distribution,
    engine_cells,
    published_shares,
    series_columns,
    series_keys,
    table_of,
)
from xl_ltc.exhibits.table import Column, Page, Row, Table, live_ratio, ratio_or_na, text
from xl_ltc.inforce.block import Block
from xl_ltc.partitions.summed import Key, Summed

AGE_BANDS = ("<40", "40-44", "45-49", "50-54", "55-59", "60-64", "65-69", "70-74", "75-79", "80+")
_FIRST_BAND_END, _BAND_YEARS = 40, 5

ISSUE_AGE = "issue_age"
AVERAGE_ISSUE_AGE = "Average Issue Age"
DISCOUNTED_RENEWAL, LEVEL_RENEWAL = "Discounted Renewal", "Level Renewal"
_AVERAGE, _SUM_OF_AGES, _INSUREDS = "average", "sum_of_ages", "insureds"


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


def distribution_sums(policies: Policies) -> Summed:
    """Policies by band of issue age and by each characteristic; their issue ages."""
    block = policies.block
    sums: dict[Key, np.ndarray] = {
        (_INSUREDS,): policies.by_series(),
        (_SUM_OF_AGES,): policies.by_series(weights=block.issue_age.astype(float)),
    }
    sums |= policies.by_code(ISSUE_AGE, age_bands(block.issue_age))
    for characteristic in CHARACTERISTICS:
        _, of_policy = _categories(policies.assumptions, characteristic)
        sums |= policies.by_code(characteristic.column, of_policy(block))
    return Summed(sums)


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


def _issue_ages(run: FilingRun) -> Table:
    found = run.sums(distribution_sums)
    labels = {f"{ISSUE_AGE}_{i}": band for i, band in enumerate(AGE_BANDS)}
    rows = distribution(labels, table_of(run, found, ISSUE_AGE, len(AGE_BANDS)), offered_to_all=True)
    counts, ages = found[_INSUREDS], found[_SUM_OF_AGES]
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
    categories, _ = _categories(run.assumptions, characteristic)
    labels = {f"{characteristic.column}_{i}": c for i, c in enumerate(categories)}
    counts = table_of(run, run.sums(distribution_sums), characteristic.column, len(categories))
    rows = distribution(labels, counts, offered_to_all=False)
    printed = {row: f"{characteristic.name}/{label}" for row, label in labels.items()}
    return Table(
        f"section_21_{characteristic.column}",
        _columns(run, characteristic.title),
        rows,
        published=published_shares(run, "s21", printed),
    )


def _categories(
    assumptions: AssumptionSet, characteristic: Characteristic
) -> tuple[list[str], Callable[[Block], np.ndarray]]:
    """Labels in the section's order, and of a block each policy's position among them."""
    if characteristic.column == "discounted_renewal":
        return [DISCOUNTED_RENEWAL, LEVEL_RENEWAL], lambda block: (~block.discounted_renewal).astype(np.int64)
    categories = list(assumptions.vocabulary(characteristic.column))
    order = np.arange(len(categories))
    if characteristic.limited_first:
        order = np.argsort(~assumptions.premium.is_limited(order), kind="stable")
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    labels = [_label(characteristic.column, categories[i]) for i in order]
    return labels, lambda block: position[block.codes(characteristic.column)]


def _label(column: str, category: str) -> str:
    return f"{category} Years" if column == "benefit_period" and category.isdigit() else category
