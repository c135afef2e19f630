"""Section 12: modal factors and the distribution of insureds by premium mode."""

from __future__ import annotations

import pandas as pd

from xl_ltc.exhibits.filing_run import FilingRun, Policies
from xl_ltc.exhibits.policies import table_of
from xl_ltc.exhibits.table import Column, Page, Row, Table, engine, live, live_ratio, ratio_or_na, text
from xl_ltc.inforce.schema import PREMIUM_MODES
from xl_ltc.partitions.summed import Summed

MODAL_FACTORS = {"Annual": 1.0, "Semi-Annual": 0.520, "Quarterly": 0.265, "Monthly": 0.088}
"""Of the annual premium, section 12. The in-force file's annualized premium is on its own mode already."""

_TOTAL, _MODE = "Total", "mode"


def mode_sums(policies: Policies) -> Summed:
    """Policies by premium mode."""
    codes = pd.Categorical(policies.block.frame["premium_mode"], categories=PREMIUM_MODES).codes
    return Summed(policies.by_code(_MODE, codes.astype("int64")))


def section_12(run: FilingRun) -> Page:
    """All insureds in force, nationwide."""
    counts = table_of(run, run.sums(mode_sums), _MODE, len(PREMIUM_MODES)).sum(axis=1)
    total = float(counts.sum())
    rows = [
        Row(
            mode,
            {
                "mode": text(mode),
                "factor": text(MODAL_FACTORS[mode]),
                "share": live_ratio("{insureds}", f"{{{_TOTAL}.insureds}}", ratio_or_na(float(count), total)),
                "insureds": engine(float(count)),
            },
        )
        for mode, count in zip(PREMIUM_MODES, counts, strict=True)
    ]
    first, last = PREMIUM_MODES[0], PREMIUM_MODES[-1]
    sums = {key: f"=SUM({{{first}.{key}}}:{{{last}.{key}}})" for key in ("share", "insureds")}
    cells = {"mode": text(_TOTAL), "share": live(sums["share"], 1.0), "insureds": live(sums["insureds"], total)}
    rows.append(Row(_TOTAL, cells, "total"))
    columns = (
        Column("mode", "Premium Mode", width=20),
        Column("factor", "Modal Factor\n(of annual premium)", "factor", width=20),
        Column("share", "Percent Distribution", "share", width=14),
        Column("insureds", "Insureds", "count", width=12),
    )
    published = {("s12", mode, column): (mode, column) for mode in PREMIUM_MODES for column in ("factor", "share")}
    date = run.assumptions.settings.valuation_date
    return Page(
        "Section 12",
        "Modal factors and how many insureds pay by which mode.",
        ("Section 12", "Premium Modalization Rules"),
        (Table("section_12", columns, tuple(rows), published=published),),
        (
            text(f"Shares of the nationwide in-force insured count as of {date:%B %d, %Y}."),
            text("Quarterly and monthly factors may vary by policy form and payment option."),
        ),
    )
