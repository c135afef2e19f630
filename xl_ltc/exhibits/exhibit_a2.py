"""Exhibit A-2: voluntary lapse derived from terminations, its credibility, and the smoothed assumption."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.assumptions.specs import PARTNER_STATUSES
from xl_ltc.exhibits.experience_rows import NOT_GIVEN
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.lookups import covering, equals, literal, pick, row_where
from xl_ltc.exhibits.table import ALL, NOT_AVAILABLE, Cell, Column, Page, Row, Table, Value, live, live_ratio, text
from xl_ltc.experience.lapse import derived_lapse, smoothed_band_lapse
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


def exhibit_a2(run: FilingRun, payment: str) -> Page:
    """Exhibit A-2a (lifetime pay) or A-2b (ten-pay), single and partnered."""
    letter = _LETTER[payment]
    tables = tuple(_Exhibit(run, payment, status).table() for status in PARTNER_STATUSES)
    notes = (
        text("Exposure, composite terminations and expected mortality are read from the table experience_lapse."),
        text("Derived lapse = 1 - (1 - composite) / (1 - mortality). So are the printed numbers."),
        text(
            "Credibility = square root of (number of lapses / number for full credibility), at most 100%; where the "
            "number of lapses is not given, the share that is."
        ),
        text(
            "Durations combined: their hazards, weighted by exposure, turned into a probability; smoothed lapse "
            "weighted by exposure. Smoothed lapse by duration is linked to the assumption tables."
        ),
        *((text(NOT_GIVEN.format(LAPSE)),) if run.study[LAPSE].empty else ()),
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

    run: FilingRun
    payment: str
    status: str

    @cached_property
    def frame(self) -> pd.DataFrame:
        frame = self.run.study[LAPSE]
        chosen = (frame["premium_payment"] == self.payment) & (frame["partner_status"] == self.status)
        return frame[chosen].reset_index(drop=True)

    @property
    def name(self) -> str:
        return f"exhibit_a2{_LETTER[self.payment]}_{self.status.lower()}"

    @cached_property
    def records(self) -> dict[str, dict[str, float]]:
        """Events and credibility by duration."""
        return {str(r["policy_duration"]): r for r in self.frame.to_dict("records")}

    @cached_property
    def full_credibility(self) -> float:
        """The number of events for full credibility."""
        return float(self.run.study[PARAMETERS].set_index("parameter")["value"][FULL_CREDIBILITY])

    @cached_property
    def lifetime_pay(self) -> tuple[_Exhibit, dict[str, Row]]:
        """The same for lifetime-pay policies, with its rows."""
        exhibit = _Exhibit(self.run, LIFETIME_PAY, self.status)
        return exhibit, {row.key: row for row in exhibit.rows()}

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
        printed = _PRINTED | ({"ratio": "ratio", "smoothed_ratio": "smoothed_ratio"} if is_ten_pay else {})
        published = {
            (exhibit, row.key, theirs): (row.key, ours)
            for row in rows
            for theirs, ours in printed.items()
            if ours in row.cells
        }
        return Table(self.name, columns, rows, f"Exhibit {exhibit}: {self.status} Policies", published=published)

    def rows(self) -> Iterator[Row]:
        frame = self.frame
        single = frame[frame["policy_duration"].str.fullmatch(r"\d+")] if len(frame) else frame
        durations = [str(d) for d in single["policy_duration"]]
        values = {
            "exposure": single["exposure"].to_numpy(dtype=float),
            "composite": single["composite_termination"].to_numpy(dtype=float),
            "mortality": single["expected_mortality"].to_numpy(dtype=float),
            "smoothed": self._smoothed([int(d) for d in durations]),
        }
        for i, duration in enumerate(durations):
            yield Row(duration, self._of_duration(duration, {key: float(v[i]) for key, v in values.items()}))
        for label in frame["policy_duration"]:
            if label not in durations:
                yield self._combined(str(label), durations, values)

    def _smoothed(self, durations: list[int]) -> np.ndarray:
        assumptions = self.run.assumptions
        options = assumptions.vocabulary("premium_payment")
        if not durations or self.payment not in options:
            return np.full(len(durations), math.nan)
        option = options.index(self.payment)
        ages = np.full(len(durations), _ANY_ISSUE_AGE)
        return assumptions.lapse.rate(PARTNER_STATUSES.index(self.status), np.array(durations), option, False, ages)

    def _of_duration(self, duration: str, values: dict[str, float]) -> dict[str, Cell]:
        def given(column: str) -> str:
            keys = {"premium_payment": self.payment, "partner_status": self.status, "policy_duration": duration}
            return "=" + pick(LAPSE, column, **keys)

        cells = {
            "duration": text(duration),
            "exposure": live(given("exposure"), values["exposure"]),
            "composite": live(given("composite_termination"), values["composite"]),
            "mortality": live(given("expected_mortality"), values["mortality"]),
            "smoothed": live(self._smoothed_formula(duration), values["smoothed"]),
        }
        return cells | self._follows(duration, values["composite"], values["mortality"], values["smoothed"])

    def _smoothed_formula(self, duration: str) -> str:
        table = "lapse_payment_option"
        column = "lapse_lifetime_pay[single]" if self.status == PARTNER_STATUSES[0] else "lapse_lifetime_pay[partnered]"
        lifetime = covering("lapse_lifetime_pay", "policy_duration", duration, column)
        rule = equals(table, "premium_payment", literal(self.payment))
        to = f"{table}[duration_to]"
        within = f'({table}[duration_from]<={duration})*((({to}="")+({to}>={duration}))>0)*({table}[issue_age_from]="")'
        return f"={lifetime}*SUMPRODUCT({rule}*{within}*{table}[scalar])"

    def _follows(self, row: str, composite: float, mortality: float, smoothed: float) -> dict[str, Cell]:
        """Derived lapse, credibility, and for ten-pay the ratios to lifetime-pay."""
        derived = float(derived_lapse(composite, mortality))
        cells = {"derived": live("=1-(1-{composite})/(1-{mortality})", derived), **self._credibility(row)}
        if self.payment == TEN_PAY:
            base, rows = self.lifetime_pay
            beside = rows.get(row)
            if beside is not None:
                for key, column, value in (("ratio", "derived", derived), ("smoothed_ratio", "smoothed", smoothed)):
                    of = float(beside.cells[column].value)  # type: ignore[arg-type]
                    there = f"{{{base.name}!{row}.{column}}}"
                    cells[key] = live_ratio(f"{{{column}}}", there, value / of if of else NOT_AVAILABLE)
        return cells

    def _credibility(self, row: str) -> dict[str, Cell]:
        record = self.records[row]
        keys = {"premium_payment": self.payment, "partner_status": self.status, "policy_duration": row}
        where = row_where(LAPSE, **keys)
        count, events = f'SUMPRODUCT({where}*({LAPSE}[events]<>""))', pick(LAPSE, "events", **keys)
        share, full = pick(LAPSE, "credibility", **keys), pick(PARAMETERS, "value", parameter=FULL_CREDIBILITY)
        known = not math.isnan(float(record["events"]))
        number: Value = float(record["events"]) if known else NOT_AVAILABLE
        given = float(record["credibility"])
        value = min(1.0, math.sqrt(float(record["events"]) / self.full_credibility)) if known else given
        return {
            "events": live(f'=IF({count}=0,"{NOT_AVAILABLE}",{events})', number),
            "credibility": live(
                f'=IF({{events}}="{NOT_AVAILABLE}",{share},MIN(1,SQRT({{events}}/{full})))',
                0.0 if math.isnan(value) else value,
            ),
        }

    def _combined(self, label: str, durations: list[str], values: dict[str, np.ndarray]) -> Row:
        """A row of durations combined: ``1-3``, ``7+``, ``All``."""
        part = _positions(label, [int(d) for d in durations])
        first, last = durations[part[0]], durations[part[-1]]
        span = {key: f"{{{first}.{key}}}:{{{last}.{key}}}" for key in values}
        exposure = values["exposure"][part]
        found = {
            "exposure": (f"=SUM({span['exposure']})", float(exposure.sum())),
            **{
                key: (
                    f"=1-EXP(SUMPRODUCT({span['exposure']},LN(1-{span[key]}))/{{exposure}})",
                    combined_probability(values[key][part], exposure),
                )
                for key in ("composite", "mortality")
            },
            "smoothed": (
                f"=SUMPRODUCT({span['exposure']},{span['smoothed']})/{{exposure}}",
                smoothed_band_lapse(values["smoothed"][part], exposure),
            ),
        }
        cells = {"duration": text(label)} | {key: live(formula, value) for key, (formula, value) in found.items()}
        numbers = {key: value for key, (_, value) in found.items()}
        cells |= self._follows(label, numbers["composite"], numbers["mortality"], numbers["smoothed"])
        return Row(label, cells, "total" if label == ALL else "body")


def _positions(label: str, durations: list[int]) -> list[int]:
    if label == ALL:
        return list(range(len(durations)))
    if label.endswith("+"):
        return [i for i, d in enumerate(durations) if d >= int(label[:-1])]
    first, _, last = label.partition("-")
    return [i for i, d in enumerate(durations) if int(first) <= d <= int(last)]
