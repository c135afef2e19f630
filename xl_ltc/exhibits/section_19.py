"""Section 19: average annual premium in a state before and after its own request, elsewhere, and as new business."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from xl_ltc.exhibits.filing_run import FilingRun, Policies
from xl_ltc.exhibits.jurisdiction import PUBLISHED, Jurisdiction
from xl_ltc.exhibits.policies import series_rows, summed_rows
from xl_ltc.exhibits.section_22 import NATIONWIDE
from xl_ltc.exhibits.section_22 import table_name as region_table
from xl_ltc.exhibits.table import ALL, Cell, Column, Page, Row, Table, engine, live, live_ratio, ratio_or_na, text
from xl_ltc.partitions.summed import Key, Summed
from xl_ltc.rate_increase.schedule import rate_increase
from xl_ltc.settings import Settings
from xl_ltc.states import STATES

_TABLE = "section_19"
_AT_LEVEL = 1e-9
"""A premium so close to the new-business level, relative to it, is there."""


_STATE = "State"
_REGION_SUMS = ("insureds", "premium_before", "premium_after", "premium_new_business", "at_level")
_STATE_SUMS = ("insureds", "premium_before", "premium_after")


def own_request_sums(policies: Policies) -> Summed:
    """Those affected by state, each under its own request: that of the filing state has its own cap."""
    affected = policies.increase.affected
    position, found = pd.factorize(policies.block.frame["state"], sort=True)
    states = [str(code) for code in found]
    before = policies.block.numbers("annualized_premium")
    after = before * (1.0 + _increase(policies, _caps(policies.assumptions.settings, states)[position]))
    # A state of the block has its line, also where nobody is affected.
    none = np.zeros(len(policies.assumptions.vocabulary("series")))
    sums: dict[Key, np.ndarray] = {(name, state): none for name in _STATE_SUMS for state in states}
    for name, weights in zip(_STATE_SUMS, (None, before, after), strict=True):
        for (_, code), values in policies.by_code(name, position, affected, weights).items():
            sums[(name, states[int(code)])] = values
    return Summed(sums)


def new_business_sums(policies: Policies) -> Summed:
    """Those affected in the state and nationwide, after either request beside the rates now marketed."""
    settings, block = policies.assumptions.settings, policies.block
    state = Jurisdiction.of(settings)
    before, new_business = (block.numbers(c) for c in ("annualized_premium", "new_business_premium"))
    to_level = _increase(policies, np.inf)
    sums: dict[Key, np.ndarray] = {}
    for region, where, cap in (
        (_STATE, state.policies(block), state.cap),
        (NATIONWIDE, True, settings.rate_increase_cap),
    ):
        rows, increase = policies.increase.affected & where, _increase(policies, cap)
        at_level = to_level <= increase + _AT_LEVEL
        weighted = (None, before, before * (1.0 + increase), new_business, at_level.astype(float))
        for name, weights in zip(_REGION_SUMS, weighted, strict=True):
            sums[(region, name)] = policies.by_series(rows, weights)
    return Summed(sums)


def _caps(settings: Settings, states: Sequence[str]) -> np.ndarray:
    """The cap of each state's own request."""
    state = Jurisdiction.of(settings)
    return np.array([state.cap if code == state.code else settings.rate_increase_cap for code in states])


def section_19(run: FilingRun) -> Page:
    """Insureds affected in the state; the increase after its cap, policy by policy."""
    settings = run.assumptions.settings
    state, date = Jurisdiction.of(settings), settings.valuation_date
    return Page(
        "Section 19",
        f"Average annual premium in {state.name} before and after its own request; every state; new-business rates.",
        ("Section 19", f"Average Annual Premium in {state.name}", f"Based on {date:%B %d, %Y} In-Force[1]"),
        (
            _printed(run, state),
            _every_state(run),
            _beside_new_business(run, state.name, _STATE, state.cap),
            _beside_new_business(run, NATIONWIDE, NATIONWIDE, settings.rate_increase_cap),
        ),
        (
            text("[1] Excludes policies assumed to be paid up prior to implementation of the requested rate increase."),
            text(
                f"No {state.name} insured's increase is more than {state.cap:.0%} or less than zero (settings "
                "filing_state and state_rate_increase_cap)."
            ),
        ),
        landscape=True,
    )


def _increase(policies: Policies, cap: float | np.ndarray) -> np.ndarray:
    """Each policy's increase under a cap."""
    block = policies.block
    premium, new_business = block.numbers("annualized_premium"), block.numbers("new_business_premium")
    return rate_increase(premium, new_business, cap, policies.assumptions.settings.increase_rounding)


def _averages(sums: dict[str, float], *whens: str) -> dict[str, Cell]:
    """Average premiums, live: of each name, its sum of premium over the number of insureds."""
    return {
        when: live_ratio(f"{{premium_{when}}}", "{insureds}", ratio_or_na(sums[f"premium_{when}"], sums["insureds"]))
        for when in whens
    }


def _printed(run: FilingRun, state: Jurisdiction) -> Table:
    """The table of the filing."""
    found = run.sums(new_business_sums)
    sums = {name: found[(_STATE, name)] for name in _STATE_SUMS}
    table_rows = [
        Row(row, cells | _averages(values, "before", "after"), "total" if row == ALL else "body")
        for row, cells, values in summed_rows(run, sums)
    ]
    columns = (
        Column("series", "Rate Series", width=14),
        Column("insureds", "Number of Insureds", "count", width=12),
        Column("before", "Before Increase Premium", "money", "Average annual premium ($)", 15),
        Column("after", "After Reduced Requested Increase Premium", "money", "Average annual premium ($)", 17),
        Column("premium_before", "Before increase", "money", "Annualized premium ($)", 15),
        Column("premium_after", "After increase", "money", "Annualized premium ($)", 15),
    )
    published = {
        ("s19", name, column): (row, column)
        for row, name in (series_rows(run) | {ALL: ALL}).items()
        for column in ("insureds", "before", "after")
        if state.code == PUBLISHED
    }
    return Table(_TABLE, columns, tuple(table_rows), published=published)


def _every_state(run: FilingRun) -> Table:
    """Each state of the block under its own request."""
    found = run.sums(own_request_sums)
    codes = [str(code) for (code,) in found.keys("insureds")]
    caps = _caps(run.assumptions.settings, codes)
    sums = {name: np.array([found[(name, code)].sum() for code in codes]) for name in _STATE_SUMS}
    rows = []
    for i, code in enumerate(codes):
        values = {name: float(by_state[i]) for name, by_state in sums.items()}
        cells = {name: engine(value) for name, value in values.items()} | _after_all(values)
        rows.append(Row(f"state_{i}", {"state": text(STATES.get(code, code)), "cap": text(float(caps[i])), **cells}))
    totals = {name: float(by_state.sum()) for name, by_state in sums.items()}
    added = {name: live(f"=SUM({{state_0.{name}}}:{{state_{len(codes) - 1}.{name}}})", v) for name, v in totals.items()}
    rows.append(Row(ALL, {"state": text(ALL), **added, **_after_all(totals)}, "total"))
    columns = (
        Column("state", "State", width=24),
        Column("cap", "Cap on increases", "share"),
        Column("insureds", "Number of Insureds", "count", width=12),
        Column("before", "Before increase", "money", "Average annual premium ($)", 15),
        Column("after", "After its own request", "money", "Average annual premium ($)", 17),
        Column("increase", "Average increase", "tenths_percent"),
        Column("premium_before", "Before increase", "money", "Annualized premium ($)", 15),
        Column("premium_after", "After increase", "money", "Annualized premium ($)", 15),
    )
    note = text("In the filing state the cap is the setting state_rate_increase_cap, elsewhere rate_increase_cap.")
    heading = "Every state of the block, each under its own request[1]"
    return Table(f"{_TABLE}_states", columns, tuple(rows), heading, (note,))


def _after_all(sums: dict[str, float]) -> dict[str, Cell]:
    """Averages and the average increase, live."""
    before, after = sums["premium_before"], sums["premium_after"]
    increase = live_ratio("({premium_after}-{premium_before})", "{premium_before}", ratio_or_na(after - before, before))
    return _averages(sums, "before", "after") | {"increase": increase}


def _beside_new_business(run: FilingRun, region: str, summed: str, cap: float) -> Table:
    """Average premium after a request beside that of the same benefits on the rates now marketed, by series."""
    found = run.sums(new_business_sums)
    sums = {name: found[(summed, name)] for name in _REGION_SUMS}
    table_rows = []
    for row, cells, values in summed_rows(run, sums):
        after, new = values["premium_after"], values["premium_new_business"]
        cells |= {name: live(f"={{{shown}.{column}}}", values[name]) for name, shown, column in _known(region, row)}
        cells |= _averages(values, "before", "after", "new_business")
        cells["ratio"] = live_ratio("{premium_after}", "{premium_new_business}", ratio_or_na(after, new))
        cells["share"] = live_ratio("{at_level}", "{insureds}", ratio_or_na(values["at_level"], values["insureds"]))
        table_rows.append(Row(row, cells, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Rate Series", width=24),
        Column("insureds", "Number of Insureds", "count", width=12),
        Column("before", "Before increase", "money", "Average annual premium ($)", 15),
        Column("after", "After the request", "money", "Average annual premium ($)", 17),
        Column("new_business", "As new business", "money", "Average annual premium ($)", 15),
        Column("ratio", "After over new business", "tenths_percent"),
        Column("share", "Insureds at the new-business level after", "tenths_percent", width=14),
        Column("premium_before", "Before increase", "money", "Annualized premium ($)", 15),
        Column("premium_after", "After increase", "money", "Annualized premium ($)", 15),
        Column("premium_new_business", "As new business", "money", "Annualized premium ($)", 15),
        Column("at_level", "At the new-business level after", "count", width=14),
    )
    note = text(
        f"Increases of at most {cap:.0%}. At the new-business level is who needs no more than that to reach it, and "
        "who was above it already."
    )
    heading = f"{region}: premium after the request beside new-business rates[1]"
    name = f"{_TABLE}_new_business_{'nationwide' if region == NATIONWIDE else 'state'}"
    return Table(name, columns, tuple(table_rows), heading, (note,))


def _known(region: str, row: str) -> tuple[tuple[str, str, str], ...]:
    """Which sums other tables have: the column, the table and row, and the column there."""
    if region == NATIONWIDE:
        shown = f"{region_table(NATIONWIDE)}!{row}"
        return ("insureds", shown, "insureds"), ("premium_before", shown, "annualized_premium")
    return tuple((name, f"{_TABLE}!{row}", name) for name in ("insureds", "premium_before", "premium_after"))
