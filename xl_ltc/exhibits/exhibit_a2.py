"""Exhibit A-2: voluntary lapse derived from terminations, its credibility, and the smoothed assumption."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.assumptions.specs import LAST_DURATION, PARTNER_STATUSES
from xl_ltc.exhibits.experience_rows import note_if_empty, printed_cells
from xl_ltc.exhibits.lapse_formulas import payment_scalar
from xl_ltc.exhibits.lookups import covering, literal, pick, row_where
from xl_ltc.exhibits.studied import Studied
from xl_ltc.exhibits.table import (
    NOT_AVAILABLE,
    Cell,
    Column,
    Page,
    Row,
    Table,
    Value,
    live,
    live_ratio,
    ratio_or_na,
    text,
)
from xl_ltc.experience.credibility import credibility
from xl_ltc.experience.lapse import derived_lapse, smoothed_band_lapse
from xl_ltc.experience.lapse_rows import ALL_DURATIONS, combines, is_single, of_single_durations
from xl_ltc.experience.probability import combined_probability
from xl_ltc.experience.study import FULL_CREDIBILITY, LAPSE, LIFETIME_PAY, PARAMETERS, TEN_PAY

_FIGURE = {"Single": "(i)", "Partnered": "(ii)"}
_LETTER = {LIFETIME_PAY: "a", TEN_PAY: "b"}
_ANY_ISSUE_AGE = 50
"""Lifetime-pay and ten-pay lapse do not vary by issue age."""
_PRINTED = {
    "exposure": "exposure",
    "composite": "composite",
    "mort": "mortality",
    "derived": "derived",
    "credibility": "credibility",
    "smoothed": "smoothed",
}
"""Columns in the list of published values, and here; Exhibit A-2b has ratios as well."""


_RATIO_OF = {"derived": "ratio", "smoothed": "smoothed_ratio"}
"""The column with the ratio to lifetime-pay of a column of Exhibit A-2b."""


def exhibit_a2(run: Studied, payment: str) -> Page:
    """Exhibit A-2a (lifetime pay) or A-2b (ten-pay), single and partnered."""
    letter = _LETTER[payment]
    tables = tuple(_Exhibit(run, payment, status).table() for status in PARTNER_STATUSES)
    notes = (
        text("Exposure, composite terminations and expected mortality are read from the table experience_lapse."),
        text("Derived lapse = 1 - (1 - composite) / (1 - mortality), which the filing's own numbers follow as well."),
        text(
            "Credibility = square root of (number of lapses / number for full credibility), at most 100%; where the "
            "number of lapses is not given, the share that is."
        ),
        text(
            "Durations combined: their hazards, weighted by exposure, turned into a probability; smoothed lapse "
            "weighted by exposure. Smoothed lapse by duration is linked to the assumption tables."
        ),
        *note_if_empty(LAPSE, run.study[LAPSE].empty),
    )
    return Page(
        f"Exhibit A-2{letter}",
        f"Derived {payment.lower()} lapse by duration, single and partnered.",
        (f"Exhibit A-2{letter}", f"Derived {payment} Voluntary Lapse Experience", "All Rate Series Combined"),
        tables,
        notes,
    )


@dataclass(frozen=True)
class _Exhibit:
    """The exhibit of a payment option and partner status."""

    run: Studied
    payment: str
    status: str

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Its rows of the table of terminations."""
        frame = self.run.study[LAPSE]
        chosen = (frame["premium_payment"] == self.payment) & (frame["partner_status"] == self.status)
        return frame[chosen]

    @cached_property
    def by_duration(self) -> dict[str, np.ndarray]:
        """What is known of each single duration, in their order."""
        single = of_single_durations(self.frame)
        values = {
            "exposure": single["exposure"].to_numpy(dtype=float),
            "composite": single["composite_termination"].to_numpy(dtype=float),
            "mortality": single["expected_mortality"].to_numpy(dtype=float),
            "events": single["events"].to_numpy(dtype=float),
        }
        if self.is_assumed:
            values["smoothed"] = self._smoothed([int(d) for d in self.durations])
        return values

    @cached_property
    def durations(self) -> list[str]:
        """The single durations."""
        return [str(d) for d in of_single_durations(self.frame)["policy_duration"]]

    @cached_property
    def numbers(self) -> dict[str, dict[str, float]]:
        """The values of each row that others follow from, and the derived lapse."""
        values = self.by_duration
        found = {d: {key: float(v[i]) for key, v in values.items()} for i, d in enumerate(self.durations)}
        found |= {
            str(label): self._of_part(str(label)) for label in self.frame["policy_duration"] if not is_single(label)
        }
        for row in found.values():
            row["derived"] = float(derived_lapse(row["composite"], row["mortality"]))
        return found

    @cached_property
    def lifetime_pay(self) -> dict[str, dict[str, float]]:
        """The values of the lifetime-pay exhibit of the same partner status."""
        return _Exhibit(self.run, LIFETIME_PAY, self.status).numbers

    @cached_property
    def credibility_given(self) -> dict[str, float]:
        """The share that is given of each row."""
        return dict(zip(map(str, self.frame["policy_duration"]), self.frame["credibility"].astype(float), strict=True))

    @cached_property
    def for_full_credibility(self) -> float:
        """How many lapses it takes."""
        parameters = self.run.study[PARAMETERS]
        return float(parameters.loc[parameters["parameter"] == FULL_CREDIBILITY, "value"].iloc[0])

    @property
    def name(self) -> str:
        return f"exhibit_a2{_LETTER[self.payment]}_{self.status.lower()}"

    def table(self) -> Table:
        rows = tuple(self.rows())
        is_ten_pay = self.payment == TEN_PAY
        columns = (
            Column("duration", "Duration", width=10),
            Column("exposure", "Exposure", "count", width=11),
            Column("composite", "Composite\nTermination", "tenths_percent", "Probability", 12),
            Column("mortality", "Expected\nMortality", "tenths_percent", "Probability", 11),
            Column("derived", "Derived\nLapse", "tenths_percent", "Probability", 10),
            Column("credibility", "Credibility", "ratio", width=11),
            *(
                (
                    Column("ratio", "Ratio to\nLifetime-Pay", "hundredths", "Derived", 12),
                    Column("smoothed_ratio", "Ratio to\nLifetime-Pay", "hundredths", "Smoothed", 12),
                )
                if is_ten_pay
                else ()
            ),
            Column("smoothed", "Lapse", "rate", "Smoothed", 10),
            Column("events", "Lapses, where given", "count", width=10, printed=False),
        )
        exhibit = f"A-2{_LETTER[self.payment]}{_FIGURE[self.status]}"
        printed = _PRINTED | ({ratio: ratio for ratio in _RATIO_OF.values()} if is_ten_pay else {})
        published = printed_cells(rows, exhibit, printed)
        return Table(self.name, columns, rows, f"Exhibit {exhibit}: {self.status} Policies", published=published)

    def rows(self) -> Iterator[Row]:
        """A row for each duration, then those of durations combined."""
        for label, values in self.numbers.items():
            yield self._of_duration(label, values) if label in self.durations else self._combined(label, values)

    @property
    def is_assumed(self) -> bool:
        """Whether the assumption set has the payment option; without it there is no smoothed lapse to show."""
        return self.payment in self.run.assumptions.vocabulary("premium_payment")

    def _smoothed(self, durations: list[int]) -> np.ndarray:
        assumptions = self.run.assumptions
        option = assumptions.vocabulary("premium_payment").index(self.payment)
        ages = np.full(len(durations), _ANY_ISSUE_AGE)
        return assumptions.lapse.rate(
            PARTNER_STATUSES.index(self.status), np.array(durations, dtype=np.int64), option, False, ages
        )

    def _given(self, column: str, duration: str) -> str:
        """A formula, without its sign, that reads a column of the table of terminations."""
        return pick(LAPSE, column, **self._keys(duration))

    def _keys(self, duration: str) -> dict[str, str]:
        return {"premium_payment": self.payment, "partner_status": self.status, "policy_duration": duration}

    def _of_duration(self, duration: str, values: dict[str, float]) -> Row:
        is_given = f'SUMPRODUCT({row_where(LAPSE, **self._keys(duration))}*({LAPSE}[events]<>""))'
        events = f'=IF({is_given}=0,"{NOT_AVAILABLE}",{self._given("events", duration)})'
        cells = {
            "duration": text(duration),
            "exposure": live(f"={self._given('exposure', duration)}", values["exposure"]),
            "composite": live(f"={self._given('composite_termination', duration)}", values["composite"]),
            "mortality": live(f"={self._given('expected_mortality', duration)}", values["mortality"]),
            "events": live(events, _or_na(values["events"])),
        }
        if "smoothed" in values:
            cells["smoothed"] = live(self._smoothed_formula(duration), values["smoothed"])
        return Row(duration, cells | self._follows(duration, values))

    def _smoothed_formula(self, duration: str) -> str:
        column = "lapse_lifetime_pay[single]" if self.status == PARTNER_STATUSES[0] else "lapse_lifetime_pay[partnered]"
        at = str(min(int(duration), LAST_DURATION))
        lifetime = covering("lapse_lifetime_pay", "policy_duration", at, column)
        return f"={lifetime}*{payment_scalar(literal(self.payment), at, str(_ANY_ISSUE_AGE))}"

    def _follows(self, row: str, values: dict[str, float]) -> dict[str, Cell]:
        """Derived lapse, credibility, and for ten-pay the ratios to lifetime-pay."""
        cells = {"derived": live("=1-(1-{composite})/(1-{mortality})", values["derived"])}
        cells["credibility"] = self._credibility(row, values["events"])
        if self.payment == TEN_PAY and row in self.lifetime_pay:
            base = _Exhibit(self.run, LIFETIME_PAY, self.status).name
            beside = self.lifetime_pay[row]
            for column, ratio in _RATIO_OF.items():
                if column in values and column in beside:
                    value = ratio_or_na(values[column], beside[column])
                    cells[ratio] = live_ratio(f"{{{column}}}", f"{{{base}!{row}.{column}}}", value)
        return cells

    def _credibility(self, row: str, events: float) -> Cell:
        """From the number of lapses where it is known, else the share that is given."""
        full = pick(PARAMETERS, "value", parameter=FULL_CREDIBILITY)
        is_given = f'SUMPRODUCT({row_where(LAPSE, **self._keys(row))}*({LAPSE}[credibility]<>""))'
        share = f'IF({is_given}=0,"{NOT_AVAILABLE}",{self._given("credibility", row)})'
        formula = f"=IF(ISNUMBER({{events}}),MIN(1,SQRT({{events}}/{full})),{share})"
        if math.isnan(events):
            return live(formula, _or_na(self.credibility_given[row]))
        return live(formula, float(credibility(events, self.for_full_credibility)))

    def _part(self, label: str) -> list[int]:
        """Positions of the durations that a row combines: ``1-3``, ``7+``, ``All``."""
        return [i for i, duration in enumerate(self.durations) if combines(label, int(duration))]

    def _of_part(self, label: str) -> dict[str, float]:
        """The values of a row of durations combined."""
        part, values = self._part(label), self.by_duration
        exposure = values["exposure"][part]
        numbers = {
            "exposure": float(exposure.sum()),
            "composite": combined_probability(values["composite"][part], exposure),
            "mortality": combined_probability(values["mortality"][part], exposure),
            "events": float(values["events"][part].sum()),
        }
        if "smoothed" in values:
            numbers["smoothed"] = smoothed_band_lapse(values["smoothed"][part], exposure)
        return numbers

    def _combined(self, label: str, numbers: dict[str, float]) -> Row:
        """A row of durations combined."""
        part = self._part(label)
        first, last = self.durations[part[0]], self.durations[part[-1]]
        span = {key: f"{{{first}.{key}}}:{{{last}.{key}}}" for key in self.by_duration}
        formulas = {
            "exposure": f"=SUM({span['exposure']})",
            **{
                key: f"=1-EXP(SUMPRODUCT({span['exposure']},LN(1-{span[key]}))/{{exposure}})"
                for key in ("composite", "mortality")
            },
            "events": f'=IF(COUNT({span["events"]})={len(part)},SUM({span["events"]}),"{NOT_AVAILABLE}")',
        }
        if "smoothed" in numbers:
            formulas["smoothed"] = f"=SUMPRODUCT({span['exposure']},{span['smoothed']})/{{exposure}}"
        cells = {"duration": text(label)} | {key: live(f, _or_na(numbers[key])) for key, f in formulas.items()}
        return Row(label, cells | self._follows(label, numbers), "total" if label == ALL_DURATIONS else "body")


def _or_na(number: float) -> Value:
    return NOT_AVAILABLE if math.isnan(number) else number
