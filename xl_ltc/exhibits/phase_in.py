"""The sheet ``Phase-in``: the nationwide increase in yearly steps in the filing state, and what is equivalent to it."""

from __future__ import annotations

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.jurisdiction import Jurisdiction
from xl_ltc.exhibits.notes import increase_note, spreadsheet_number
from xl_ltc.exhibits.phasing import Equivalent, StatePhaseIn, Way
from xl_ltc.exhibits.table import (
    ALL,
    NOT_AVAILABLE,
    Cell,
    Column,
    Page,
    Row,
    Table,
    engine,
    live,
    live_ratio,
    ratio_or_na,
    text,
)

SHEET = "Phase-in"
BY_PARTITIONS = (
    "Not in a run by partitions, which holds no policies: equivalent increases are found over all policies of the "
    "state together, each with its own steps."
)
DEFERRALS = (1, 2, 3)
"""Years by which the nationwide increase is deferred."""

_STEPS, _VALUES, _EXPERIENCE = "phase_in_steps", "phase_in_values", "phase_in_experience"
_BEFORE = "before"
_FIRST = 44
"""Width of the column that says what a row is."""


def phase_in(run: FilingRun) -> Page:
    """The ways to take the nationwide increase in a capped state."""
    settings = run.assumptions.settings
    state = Jurisdiction.of(settings)
    purpose = f"The nationwide increase in yearly steps in {state.name}, and which increases are equivalent."
    title = ("Phase-in", f"Nationwide Increase in {state.name} in Steps of at most {state.cap:.0%} a Year")
    if not state.cap:
        note = text(f"{state.name} allows no increase (setting state_rate_increase_cap is 0): none can be phased in.")
        return Page(SHEET, purpose, title, (), (note,), landscape=True)
    if run.summed is not None:
        return Page(SHEET, purpose, title, (), (text(BY_PARTITIONS),), landscape=True)
    ways = StatePhaseIn.of(run)
    rounding = " What remains for the last step is rounded." if settings.increase_rounding else ""
    return Page(
        SHEET,
        purpose,
        title,
        (_steps(ways), _values(ways), _experience(ways)),
        (
            text(
                f"Each policy rises on its anniversary by at most {state.cap:.15g} a year from "
                f"{settings.increase_effective_year} on, until it is at the nationwide level.{rounding}"
            ),
            text(
                "A policy whose premium ends before a step gets no more of it; in the average it stays at the premium "
                "it had. Who needs no increase is at the full level from the first step on."
            ),
            text(
                "Average premium is that of the insureds affected who are in force on "
                f"{settings.valuation_date:%B %d, %Y}, as in section 19."
            ),
            text(
                "Insureds answer "
                + (
                    "the whole increase with their elections at the first step"
                    if settings.phase_in_behaviour == "full_increase"
                    else "each step with their elections, by its own increase"
                )
                + " (setting phase_in_behaviour)."
            ),
            increase_note(settings),
        ),
        landscape=True,
    )


def _steps(ways: StatePhaseIn) -> Table:
    """A row a step, and the increases taken at once beside them."""
    settings = ways.assumptions.settings
    first_year = settings.increase_effective_year
    affected = float(ways.affected.sum())
    before = ways.annualized(np.ones(len(ways.block)))
    linked = {
        "year": text(settings.valuation_date.year),
        "insureds": live(f"={{section_19!{ALL}.insureds}}", affected),
        "premium": live(f"={{section_19!{ALL}.premium_before}}", before),
    }
    rows = [_premium_row(_BEFORE, "Before the increase", linked, before, affected, before)]
    previous, levels = _BEFORE, ways.phased.levels
    for number, step in enumerate(ways.phased.steps, start=1):
        key, premium = f"step_{number}", ways.annualized(levels[:, number - 1])
        ended, reached = (float(of(number).sum()) for of in (ways.phased.ended, ways.phased.reached))
        rising = step.increase > 0.0
        at_first = ways.annualized(levels[:, number - 2]) if number > 1 else before
        cells = {
            "year": text(first_year + number - 1),
            "insureds": live(f"={{{_BEFORE}.insureds}}", affected),
            "rising": engine(float(rising.sum())),
            "reached": engine(reached),
            "ended": engine(ended),
            "still": live("={insureds}-{reached}-{ended}", affected - reached - ended),
            "largest": engine(float(step.increase.max(initial=0.0))),
            "premium": engine(premium),
            "step": live_ratio(
                f"({{premium}}-{{{previous}.premium}})",
                f"{{{previous}.premium}}",
                ratio_or_na(premium - at_first, at_first),
            ),
        }
        rows.append(_premium_row(key, f"Step {number}", cells, premium, affected, before))
        previous = key
    for key, label, increase, shown in (
        ("one_step", "Nationwide increase at once", ways.full, None),
        ("single", f"Single increase of at most {ways.state.cap:.0%}", ways.single, "premium_after"),
    ):
        premium = ways.annualized(1.0 + increase)
        cells = {
            "year": text(first_year),
            "insureds": live(f"={{{_BEFORE}.insureds}}", affected),
            "rising": engine(float((increase > 0.0).sum())),
            "largest": engine(float(increase.max(initial=0.0))),
            "premium": live(f"={{section_19!{ALL}.{shown}}}", premium) if shown else engine(premium),
        }
        rows.append(_premium_row(key, label, cells, premium, affected, before, "total"))
    columns = (
        Column("what", "", width=_FIRST, wrap=False),
        Column("year", "Calendar year", "year"),
        Column("insureds", "Affected", "count", "Number of insureds"),
        Column("rising", "Who get an increase", "count", "Number of insureds"),
        Column("reached", "At their full level after it", "count", "Number of insureds"),
        Column("ended", "Premium ends before their full level", "count", "Number of insureds", 14),
        Column("still", "Still to rise", "count", "Number of insureds"),
        Column("largest", "Largest", "tenths_percent", "Increase"),
        Column("step", "Average, over the step before", "tenths_percent", "Increase", 14),
        Column("added", "Average, over the premium before", "tenths_percent", "Increase", 14),
        Column("average", "Average annual premium ($)", "money", width=14),
        Column("premium", "Annualized premium ($)", "money", width=15),
    )
    return Table(_STEPS, columns, tuple(rows), "Insureds and average annual premium, step by step")


def _premium_row(
    key: str, label: str, cells: dict[str, Cell], premium: float, affected: float, before: float, kind: str = "body"
) -> Row:
    """A row with the average premium and, unless it is before the increase, what it is above that."""
    averages = {"average": live_ratio("{premium}", "{insureds}", ratio_or_na(premium, affected))}
    if key != _BEFORE:
        averages["added"] = live_ratio(
            f"({{premium}}-{{{_BEFORE}.premium}})",
            f"{{{_BEFORE}.premium}}",
            ratio_or_na(premium - before, before),
        )
    return Row(key, {"what": text(label), **cells, **averages}, "total" if kind == "total" else "body")


def _values(ways: StatePhaseIn) -> Table:
    """Present values of the premium that each way adds, and the increases that are worth the one at once."""
    first_year, cap = ways.assumptions.settings.increase_effective_year, ways.state.cap
    at_once = ways.at_once
    phased = ways.equivalent(annual_cap=cap)
    rows = [
        _value_row(ways, "one_step", "Nationwide increase at once", first_year, at_once),
        _value_row(ways, "single", f"Single increase of at most {cap:.0%}", first_year, ways.added("single")),
        _value_row(ways, "phased", f"In steps of at most {cap:.0%} a year", first_year, ways.added("phased"), phased),
    ]
    reasons = {phased.reason}
    for years in DEFERRALS:
        label = f"At once, deferred by {years} year{'s' if years > 1 else ''}"
        later = ways.equivalent(years)
        reasons.add(later.reason)
        value = ways.added_later(years)
        rows.append(_value_row(ways, f"deferred_{years}", label, first_year + years, value, later))
    columns = (
        Column("what", "", width=_FIRST, wrap=False),
        Column("year", "From calendar year", "year"),
        Column("value", "Value of the premium added ($)", "money", "As it stands", 16),
        Column("share", "Of that at once", "tenths_percent", "As it stands"),
        Column("multiplier", "Increases times", "decimal", "Equivalent to the one at once", 12),
        Column("average", "Average increase", "tenths_percent", "Equivalent to the one at once", 12),
        Column("largest", "Largest increase", "tenths_percent", "Equivalent to the one at once", 12),
        Column("equal", "Value of the premium added ($)", "money", "Equivalent to the one at once", 16),
        Column("off", "Over that at once, less one", "tiny", "Equivalent to the one at once", 13),
    )
    notes = (
        text(
            "Present values at the valuation date, at the maximum valuation interest rates, of the premium that is "
            "added before insureds answer with elections; a cash flow is valued at "
            f"{spreadsheet_number(ways.assumptions.settings.cash_flow_timing)} of its calendar year."
        ),
        text(
            "Equivalent: every insured's nationwide increase is multiplied by the same number, so that the premium "
            "added has the value it has when the nationwide increase is taken at once. No cap but that of a step and "
            "no rounding apply to it."
        ),
        *(text(reason) for reason in sorted(reasons) if reason),
    )
    return Table(_VALUES, columns, tuple(rows), "Value of the premium added, and equivalent increases", notes)


def _value_row(
    ways: StatePhaseIn,
    key: str,
    label: str,
    year: int,
    value: float,
    of: Equivalent | None = None,
) -> Row:
    at_once = ways.at_once
    cells = {
        "what": text(label),
        "year": text(year),
        "value": engine(value),
        "share": live_ratio("{value}", "{one_step.value}", ratio_or_na(value, at_once)),
    }
    if of is not None and of.multiplier is None:
        cells |= {name: text(NOT_AVAILABLE) for name in ("multiplier", "average", "largest", "equal", "off")}
    elif of is not None and of.multiplier is not None:
        before = ways.annualized(np.ones(len(ways.block)))
        average = (ways.annualized(1.0 + ways.full) - before) / before
        deferred = key.startswith("deferred")
        cells |= {
            # Of an increase that is only deferred the value is in proportion to it.
            "multiplier": live("={one_step.value}/{value}", of.multiplier) if deferred else engine(of.multiplier),
            "average": live(f"={{multiplier}}*{{{_STEPS}!one_step.added}}", of.multiplier * average),
            "largest": live(
                f"={{multiplier}}*{{{_STEPS}!one_step.largest}}", of.multiplier * float(ways.full.max(initial=0.0))
            ),
            "equal": engine(of.value),
            "off": live("={equal}/{one_step.value}-1", of.value / at_once - 1.0),
        }
    return Row(key, cells)


def _experience(ways: StatePhaseIn) -> Table:
    """Present values of the state's future premium and claims, elections included."""
    rows, premium_before = [], 0.0
    choices: tuple[tuple[str, str, Way | None], ...] = (
        (_BEFORE, "No increase", None),
        ("one_step", "Nationwide increase at once", "one_step"),
        ("single", f"Single increase of at most {ways.state.cap:.0%}", "single"),
        ("phased", f"In steps of at most {ways.state.cap:.0%} a year", "phased"),
    )
    for key, label, way in choices:
        experience = ways.experience(way)
        premium, claims = (
            experience.values(measure, "after").future for measure in ("earned_premium", "incurred_claims")
        )
        cells = {
            "what": text(label),
            "premium": engine(premium),
            "claims": engine(claims),
            "ratio": live_ratio("{claims}", "{premium}", ratio_or_na(claims, premium)),
        }
        if way is None:
            premium_before = premium
        else:
            cells["added"] = live(f"={{premium}}-{{{_BEFORE}.premium}}", premium - premium_before)
        rows.append(Row(key, cells))
    columns = (
        Column("what", "", width=_FIRST, wrap=False),
        Column("premium", "Earned premium ($)", "money", "Present value of the future", 16),
        Column("claims", "Incurred claims ($)", "money", "Present value of the future", 16),
        Column("ratio", "Loss ratio", "tenths_percent", "Present value of the future"),
        Column("added", "Premium added ($)", "money", "Present value of the future", 16),
    )
    heading = f"Future of all policies in force in {ways.state.name}, elections included"
    return Table(_EXPERIENCE, columns, tuple(rows), heading)
