"""The sheet ``Instructions`` of the blank workbook: what a company fills in before its first run."""

from __future__ import annotations

from xl_ltc.exhibits.table import Column, Page, Row, Table, text

SHEET = "Instructions"

_STEPS = (
    ("Control", "Valuation date, effective year, caps, the state of sections 19 and 22; where your policies are."),
    (
        "In force",
        "One policy a row, or leave the row blank and name a file on Control (Parquet, CSV or a workbook). The "
        "allowed codes are the categories of the assumption sheets; a plan that is not there is a new row there.",
    ),
    (
        "Claim cost",
        "Annual claim cost per dollar of daily benefit by sex and age, and the relativities: blank, they are yours.",
    ),
    (
        "Mortality to Behaviour",
        "The assumptions that the reference filing prints, as a starting point. Replace what is not yours; a table can "
        "have more rows, or ages grouped as <55 or 100+.",
    ),
    (
        "History",
        "Earned premium, premium at the rates before any earlier increase, incurred claims and year-end lives by "
        "calendar year, series and valuation rate, every year from the first to the valuation date.",
    ),
    (
        "Experience, Pricing bases, Original pricing",
        "For Exhibits A-1 to A-3, III and Appendix B; without rows these say that nothing is given.",
    ),
    (
        "Check inputs",
        "The button, the menu LTC in LibreOffice, or xl-ltc check: lists every problem with a link to its cell.",
    ),
    ("Run projection", "The button, the menu, or xl-ltc run: fills the exhibits. Repeat after any change."),
    (
        "Trace policy",
        "Shows one policy's projection by formulas beside the engine's values: check a few of your own first.",
    ),
)


def instructions_page() -> Page:
    """What to do, in order."""
    rows = tuple(
        Row(str(i), {"step": text(i), "where": text(where), "what": text(what)})
        for i, (where, what) in enumerate(_STEPS, 1)
    )
    columns = (
        Column("step", "Step", "age", width=6),
        Column("where", "Sheet or button", width=30),
        Column("what", "What to do", width=84),
    )
    notes = (
        text("Cells to fill in are yellow. Your own sheets, notes, names and charts stay where they are at every run."),
        text("This sheet is yours: no run changes it."),
    )
    title = ("Long-Term Care Rate Filing", "From an empty workbook to your own filing")
    return Page(
        SHEET, "How to fill this workbook in.", title, (Table("instructions", columns, rows),), notes, landscape=True
    )
