"""Exhibits A-2a and A-2b: derived and smoothed lapse, by duration and for durations combined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import PARTNER_STATUSES
from xl_ltc.exhibits.reconciliation.allowances import ROUNDED_SUM
from xl_ltc.exhibits.reconciliation.check import Check, compared
from xl_ltc.exhibits.reconciliation.interval import Interval, ends
from xl_ltc.exhibits.table import ALL
from xl_ltc.experience.lapse import derived_lapse, ratio_to_lifetime_lapse, smoothed_band_lapse
from xl_ltc.experience.probability import combined_probability
from xl_ltc.experience.study import LIFETIME_PAY, TEN_PAY
from xl_ltc.filing import Printed, PrintedTable

TABLES = {LIFETIME_PAY: "exhibit_a2a", TEN_PAY: "exhibit_a2b"}
EXHIBITS = {
    (LIFETIME_PAY, "Single"): "A-2a(i)",
    (LIFETIME_PAY, "Partnered"): "A-2a(ii)",
    (TEN_PAY, "Single"): "A-2b(i)",
    (TEN_PAY, "Partnered"): "A-2b(ii)",
}
"""Each exhibit's name in the list of published values, by payment option and partner status."""

EXPERIENCE = {"composite": "composite_termination", "mort": "expected_mortality", "credibility": "credibility"}
"""Columns that are experience: in the list of published values, and in the filing's table."""

_ANY_ISSUE_AGE = 50
"""Lifetime-pay and ten-pay lapse do not vary by issue age."""


@dataclass(frozen=True)
class LapseExhibit:
    """One of the four exhibits.

    Attributes:
        payment, status: payment option and partner status.
        smoothed: the assumed lapse of durations 1, 2, …, as many as the exhibit has.
    """

    payment: str
    status: str
    smoothed: np.ndarray

    @classmethod
    def of(cls, payment: str, status: str, assumptions: AssumptionSet) -> LapseExhibit:
        """The exhibit with the smoothed lapse of section 6c, which rests on it."""
        table = filing.printed(TABLES[payment])
        durations = np.arange(1, 1 + sum(s == status and d.isdigit() for s, d in table.rows))
        smoothed = assumptions.lapse.rate(
            PARTNER_STATUSES.index(status),
            durations,
            assumptions.vocabulary("premium_payment").index(payment),
            False,
            np.full(len(durations), _ANY_ISSUE_AGE),
        )
        return cls(payment, status, smoothed)

    @property
    def table(self) -> PrintedTable:
        """The filing's table, both partner statuses."""
        return filing.printed(TABLES[self.payment])

    @property
    def rows(self) -> list[str]:
        """Durations, then durations combined."""
        return [duration for status, duration in self.table.rows if status == self.status]

    def cell(self, column: str, duration: str) -> Printed:
        """A printed cell."""
        return self.table.cell(column, self.status, duration)

    def place(self, duration: str, column: str) -> tuple[str, str, str]:
        """A place in the list of published values."""
        return EXHIBITS[self.payment, self.status], duration, column

    def in_row(self, label: str) -> slice:
        """Positions of the durations a row combines: ``3``, ``1-3``, ``7+``, ``All``."""
        if label == ALL:
            return slice(0, None)
        if label.endswith("+"):
            return slice(int(label[:-1]) - 1, None)
        first, _, last = label.partition("-")
        return slice(int(first) - 1, int(last or first))

    def exposure(self, label: str) -> np.ndarray:
        """Exposure of the durations a row combines."""
        return np.array([self.cell("exposure", d).number for d in self._durations(label)])

    def probabilities(self, column: str, label: str) -> list[Interval]:
        """What the printed probabilities of the durations a row combines can be."""
        return [Interval.of(self.cell(column, d)).at_least(0.0) for d in self._durations(label)]

    def smoothed_in(self, label: str) -> float:
        """Smoothed lapse of the durations a row combines."""
        return smoothed_band_lapse(self.smoothed[self.in_row(label)], self.exposure(label))

    def _durations(self, label: str) -> list[str]:
        return [d for d in self.rows if d.isdigit()][self.in_row(label)]


def lapse_checks(assumptions: AssumptionSet) -> Iterator[Check]:
    """Classes E1 and E2 of all four exhibits."""
    for status in PARTNER_STATUSES:
        lifetime, ten_pay = (LapseExhibit.of(p, status, assumptions) for p in (LIFETIME_PAY, TEN_PAY))
        for exhibit in (lifetime, ten_pay):
            for label in exhibit.rows:
                yield _derived(exhibit, label)
                if not label.isdigit():
                    yield from _combined(exhibit, label)
        for label in ten_pay.rows:
            yield from _relative(ten_pay, lifetime, label)


def _derived(exhibit: LapseExhibit, label: str) -> Check:
    composite, mortality = (
        Interval.of(exhibit.cell(c, label)) for c in ("composite_termination", "expected_mortality")
    )
    # Rises with terminations, falls with mortality.
    low = float(derived_lapse(composite.low, mortality.high))
    high = float(derived_lapse(composite.high, mortality.low))
    return compared(exhibit.place(label, "derived"), "E2", exhibit.cell("derived_lapse", label), Interval(low, high))


def _combined(exhibit: LapseExhibit, label: str) -> Iterator[Check]:
    """A row of durations combined."""
    exposure = exhibit.exposure(label)
    printed = exhibit.cell("exposure", label)
    yield compared(exhibit.place(label, "exposure"), "E1", printed, float(exposure.sum()), ROUNDED_SUM)
    for key in ("composite", "mort"):
        column = EXPERIENCE[key]
        low, high = (combined_probability(p, exposure) for p in ends(exhibit.probabilities(column, label)))
        yield compared(exhibit.place(label, key), "E2", exhibit.cell(column, label), Interval(low, high))
    smoothed = exhibit.cell("smoothed_lapse", label)
    yield compared(exhibit.place(label, "smoothed"), "E1", smoothed, exhibit.smoothed_in(label))


def _relative(ten_pay: LapseExhibit, lifetime: LapseExhibit, label: str) -> Iterator[Check]:
    """Ten-pay lapse beside lifetime-pay lapse."""
    derived, base = (Interval.of(e.cell("derived_lapse", label)) for e in (ten_pay, lifetime))
    yield compared(ten_pay.place(label, "ratio"), "E2", ten_pay.cell("ratio", label), derived / base)
    if label.isdigit():
        smoothed = ten_pay.cell("smoothed_lapse", label)
        yield compared(ten_pay.place(label, "smoothed"), "E1", smoothed, ten_pay.smoothed_in(label))
    else:
        ratio = ratio_to_lifetime_lapse(ten_pay.smoothed_in(label), lifetime.smoothed_in(label))
        printed = ten_pay.cell("smoothed_ratio", label)
        yield compared(ten_pay.place(label, "smoothed_ratio"), "E1", printed, float(ratio))
