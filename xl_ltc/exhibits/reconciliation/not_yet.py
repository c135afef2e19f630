"""The published numbers that no part of the product computes yet: outputs of experience studies."""

from __future__ import annotations

from collections.abc import Iterator

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import bundled_tables
from xl_ltc.exhibits.reconciliation.allowances import Place
from xl_ltc.exhibits.reconciliation.appendix_a import EXPECTED_OF, MORBIDITY, MORTALITY, TOTAL
from xl_ltc.exhibits.reconciliation.check import NOT_YET, Check, missing
from xl_ltc.exhibits.reconciliation.lapse import EXHIBITS, EXPERIENCE, TABLES
from xl_ltc.filing import Printed

_STUDY = "Needs the experience the study was made on, or a stand-in for it"
_GLM = "Needs the penalized model that is fitted to experience; an input of the projection meanwhile"

_FACTOR_ROWS = {
    "attained_age": "age",
    "policy_duration": "duration",
    "sex": "gender",
    "partner_status": "partner",
    "underwriting_class": "uwclass",
}
"""Bundled factor tables by their key, and how their rows begin in the list of published values."""

_FACTOR_COLUMNS = {
    "factor": "factor",
    "series_200": "s200",
    "series_300": "s300",
    "series_400": "s400",
    "series_500_plus": "s500plus",
    "benefit_period_lifetime": "bp_lifetime",
    "benefit_period_limited": "bp_nonlifetime",
    "indemnity": "indemnity",
    "reimbursement": "reimbursement",
}
_AS_PRINTED = {
    ("underwriting_class", "Standard"): "Non-Preferred",
    ("underwriting_class", "Substandard"): "",
    ("policy_duration", "20+"): "20",
}
"""Exhibit A-3a prints one factor for both classes below Preferred, and no plus behind its last duration."""


def not_yet_checks() -> Iterator[Check]:
    """Every number of class M without a computation."""
    for place, printed in _factors("A-1a", "mortality"):
        yield missing(place, "M", printed, NOT_YET, _GLM)
    for place, printed in _factors("A-3a", "morbidity"):
        yield missing(place, "M", printed, NOT_YET, _GLM)
    for place, printed in (*_expected(), *_experience()):
        yield missing(place, "M", printed, NOT_YET, _STUDY)


def _factors(exhibit: str, kind: str) -> Iterator[tuple[Place, Printed]]:
    """The adjustment factors, which stand in the bundled assumption tables."""
    raw = bundled_tables()
    for key, begins in _FACTOR_ROWS.items():
        name = f"{kind}_factor_{key}"
        if name not in raw:
            continue
        for row in raw[name].frame.to_dict("records"):
            category = row.pop(key)
            if exhibit == "A-3a":
                category = _AS_PRINTED.get((key, category), category)
            for column, text in row.items():
                if category:
                    yield (exhibit, f"{begins} {category}", _FACTOR_COLUMNS[column]), Printed(text, text)


def _expected() -> Iterator[tuple[Place, Printed]]:
    """Expected mortality and claims of Exhibits A-1b and A-3b; the total claims are the sums of the others."""
    for exhibit, name, columns in (("A-1b", "exhibit_a1b", MORTALITY), ("A-3b", "exhibit_a3b", MORBIDITY)):
        table = filing.printed(name)
        for key in table.rows:
            for letter, column in columns.items():
                summed = exhibit == "A-3b" and key == TOTAL
                if letter[0] in EXPECTED_OF.values() and not summed:
                    yield (exhibit, "/".join(key), letter), table.cell(column, *key)


def _experience() -> Iterator[tuple[Place, Printed]]:
    """Terminations, expected mortality and credibility of Exhibit A-2; the first two of durations combined follow."""
    for (payment, status), exhibit in EXHIBITS.items():
        table = filing.printed(TABLES[payment])
        for of, duration in table.rows:
            for key, column in EXPERIENCE.items():
                if of == status and (duration.isdigit() or key == "credibility"):
                    yield (exhibit, duration, key), table.cell(column, of, duration)
