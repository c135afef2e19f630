"""Section 19: average annual premium in a state before and after its own request, elsewhere, and as new business."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.jurisdiction import PUBLISHED, Jurisdiction
from xl_ltc.exhibits.policies import series_rows, sum_by_series, summed_rows
from xl_ltc.exhibits.section_22 import NATIONWIDE
from xl_ltc.exhibits.section_22 import table_name as region_table
from xl_ltc.exhibits.table import ALL, Cell, Column, Page, Row, Table, engine, live, live_ratio, ratio_or_na, text
from xl_ltc.rate_increase.schedule import rate_increase
from xl_ltc.states import STATES
from xl_ltc.sums import sums_by_code

_TABLE = "section_19"
_AT_LEVEL = 1e-9
"""A premium so close to the new-business level, relative to it, is there."""


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
            _every_state(run, state),
            _beside_new_business(run, state.name, _in(run, state.code), state.cap),
            _beside_new_business(run, NATIONWIDE, np.ones(len(run.block), dtype=bool), settings.rate_increase_cap),
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


def _in(run: FilingRun, code: str) -> np.ndarray:
    """Policies of a state."""
    return np.asarray((run.block.frame["state"] == code).to_numpy())


def _increase(run: FilingRun, cap: float | np.ndarray) -> np.ndarray:
    """Each policy's increase under a cap."""
    block = run.block
    premium, new_business = block.numbers("annualized_premium"), block.numbers("new_business_premium")
    return rate_increase(premium, new_business, cap, run.assumptions.settings.increase_rounding)


def _averages(sums: dict[str, float], *whens: str) -> dict[str, Cell]:
    """Average premiums, live: of each name, its sum of premium over the number of insureds."""
    return {
        when: live_ratio(f"{{premium_{when}}}", "{insureds}", ratio_or_na(sums[f"premium_{when}"], sums["insureds"]))
        for when in whens
    }


def _printed(run: FilingRun, state: Jurisdiction) -> Table:
    """The table of the filing."""
    rows = run.increase.affected & _in(run, state.code)
    before = run.block.numbers("annualized_premium")
    sums = {
        "insureds": sum_by_series(run, rows),
        "premium_before": sum_by_series(run, rows, before),
        "premium_after": sum_by_series(run, rows, before * (1.0 + _increase(run, state.cap))),
    }
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


def _every_state(run: FilingRun, state: Jurisdiction) -> Table:
    """Each state of the block under its own request: the filing state's cap there, the nationwide one elsewhere."""
    settings, affected = run.assumptions.settings, run.increase.affected
    position, found = pd.factorize(run.block.frame["state"], sort=True)
    codes = np.array(found, dtype=str)
    caps = np.where(codes == state.code, state.cap, settings.rate_increase_cap)
    before = run.block.numbers("annualized_premium")
    after = before * (1.0 + _increase(run, caps[position]))
    sums = {
        name: sums_by_code(position[affected], weights[affected], len(codes))
        for name, weights in (
            ("insureds", np.ones(len(before))),
            ("premium_before", before),
            ("premium_after", after),
        )
    }
    rows = []
    for i, code in enumerate(codes.tolist()):
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


def _beside_new_business(run: FilingRun, region: str, where: np.ndarray, cap: float) -> Table:
    """Average premium after a request beside that of the same benefits on the rates now marketed, by series."""
    rows, increase = run.increase.affected & where, _increase(run, cap)
    before, new_business = (run.block.numbers(c) for c in ("annualized_premium", "new_business_premium"))
    at_level = _increase(run, np.inf) <= increase + _AT_LEVEL
    sums = {
        "insureds": sum_by_series(run, rows),
        "premium_before": sum_by_series(run, rows, before),
        "premium_after": sum_by_series(run, rows, before * (1.0 + increase)),
        "premium_new_business": sum_by_series(run, rows, new_business),
        "at_level": sum_by_series(run, rows & at_level),
    }
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
