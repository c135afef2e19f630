"""The rows of actual to expected: characteristics and their categories, as in Exhibits A-1b and A-3b, and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import LAST_AGE, MORBIDITY_SERIES
from xl_ltc.experience.cells import LAST_POLICY_DURATION
from xl_ltc.experience.records import AGE, DURATION, MODEL_SERIES, YEAR

DURATION_BANDS = ("1-3", "4-6", "7-9", "10-12", "13+")
AGE_BANDS = ("<65", "65-69", "70-74", "75-79", "80-84", "85+")


@dataclass(frozen=True)
class Characteristic:
    """A characteristic by which actual to expected is shown.

    Attributes:
        name: as the exhibits print it.
        code: the characteristic of the records.
        categories: labels, each with the codes it holds.
    """

    name: str
    code: str
    categories: tuple[tuple[str, tuple[int, ...]], ...]


def of_mortality(assumptions: AssumptionSet) -> tuple[Characteristic, ...]:
    """Those of Exhibit A-1b, in its order."""
    return (
        *_common(assumptions),
        _categories("Underwriting", "underwriting_class", assumptions),
        _rate_series(),
    )


def of_morbidity(assumptions: AssumptionSet) -> tuple[Characteristic, ...]:
    """Those of Exhibit A-3b, in its order; underwriting classes but the first are taken together."""
    first, *rest = assumptions.vocabulary("underwriting_class")
    pooled = ((first, (0,)), (f"Non-{first}", tuple(range(1, len(rest) + 1))))
    return (
        *_common(assumptions),
        Characteristic("Underwriting", "underwriting_class", pooled if rest else pooled[:1]),
        _categories("Benefit Type", "benefit_type", assumptions),
        _rate_series(),
    )


def further(
    assumptions: AssumptionSet, known: Sequence[str], first_year: int, last_year: int
) -> tuple[Characteristic, ...]:
    """Those the filing does not show.

    Args:
        assumptions: for the categories; known: characteristics of the records.
        first_year, last_year: calendar years of the study.
    """
    names = ("benefit_period", "elimination_period", "coverage_type", "inflation_option", "premium_payment")
    found = [_categories(name.replace("_", " ").title(), name, assumptions) for name in names if name in known]
    if YEAR in known:
        years = tuple((str(year), (year - first_year,)) for year in range(first_year, last_year + 1))
        found.append(Characteristic("Calendar Year", YEAR, years))
    return tuple(found)


def _common(assumptions: AssumptionSet) -> tuple[Characteristic, ...]:
    return (
        _categories("Partner Status", "partner_status", assumptions, ("Partnered", "Single")),
        _categories("Gender", "sex", assumptions, ("Female", "Male")),
        _bands("Policy Duration", DURATION, DURATION_BANDS, LAST_POLICY_DURATION),
        _bands("Attained Age", AGE, AGE_BANDS, LAST_AGE),
    )


def _categories(name: str, code: str, assumptions: AssumptionSet, order: Sequence[str] = ()) -> Characteristic:
    vocabulary = assumptions.vocabulary(code)
    return Characteristic(name, code, tuple((label, (vocabulary.index(label),)) for label in order or vocabulary))


def _rate_series() -> Characteristic:
    labels = [f"{name.removeprefix('series_').replace('_plus', '+')} Series" for name in MORBIDITY_SERIES]
    return Characteristic("Rate Series", MODEL_SERIES, tuple((label, (i,)) for i, label in enumerate(labels)))


def _bands(name: str, code: str, labels: Sequence[str], last: int) -> Characteristic:
    return Characteristic(name, code, tuple((label, tuple(_band(label, last))) for label in labels))


def _band(label: str, last: int) -> range:
    """The whole numbers of a band: ``<65``, ``65-69``, ``85+``."""
    if label.startswith("<"):
        return range(int(label[1:]))
    if label.endswith("+"):
        return range(int(label[:-1]), last + 1)
    low, high = label.split("-")
    return range(int(low), int(high) + 1)
