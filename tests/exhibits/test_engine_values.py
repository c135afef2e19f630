"""Engine values stand on sheets of their own: exhibits are formulas."""

from __future__ import annotations

import pytest

from xl_ltc.exhibits.engine_values import SHEET, with_links
from xl_ltc.exhibits.filing_pages import filing_exhibits, filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.table import Column, Page, Row, Table, all_tables, engine, live, text

LEAST_LIVE = 0.95


def test_at_least_95_percent_of_derived_cells_of_exhibits_are_formulas(made_up: FilingRun) -> None:
    """Of the numbers that are neither labels nor given: what is pasted is what only the engine computes."""
    pages = filing_pages(made_up, [])
    for exhibit in pages.exhibits:
        cells = [
            (row.cells[c.key], c)
            for table in exhibit.tables
            for row in table.rows
            for c in table.columns
            if c.key in row.cells and (row.cells[c.key].formula or row.cells[c.key].engine)
        ]
        live_cells = sum(cell.formula is not None for cell, _ in cells)
        assert live_cells >= LEAST_LIVE * len(cells), exhibit.sheet
        assert not [cell for cell, _ in cells if cell.engine], exhibit.sheet
    pasted = [c for t in pages.policy_sums.tables for r in t.rows for c in r.cells.values() if c.engine]
    assert len(pasted) > 300


def test_every_link_shows_the_value_it_replaced(made_up: FilingRun) -> None:
    plain = filing_exhibits(made_up)
    linked, held = with_links(plain)
    tables = {table.name: table for table in held.tables}
    count = 0
    for before, after in zip(all_tables(plain), all_tables(linked), strict=True):
        assert (before.name, before.columns, before.published) == (after.name, after.columns, after.published)
        for old, new in zip(before.rows, after.rows, strict=True):
            for key, cell in old.cells.items():
                if cell.engine:
                    count += 1
                    assert new.cells[key] == live(
                        f"={{{before.name}_engine!{old.key}.{key}}}", cell.value, cell.measure
                    )
                    assert tables[f"{before.name}_engine"].cell(old.key, key) == cell
                else:
                    assert new.cells[key] == cell
    assert count > 300


def test_a_table_without_engine_values_stays_as_it_is() -> None:
    columns = (Column("label", ""), Column("n", "N", "count"))
    plain = Table("plain", columns, (Row("a", {"label": text("a"), "n": live("=1+1", 2.0)}),))
    mixed = Table(
        "mixed", columns, (Row("a", {"label": text("a"), "n": engine(2.0)}), Row("b", {"label": text("b")})), "Mixed"
    )
    (page,), held = with_links([Page("S", "", ("S",), (plain, mixed))])
    assert page.tables[0] is plain
    assert held.sheet == SHEET and [t.name for t in held.tables] == ["mixed_engine"]
    assert held.tables[0].heading == "S: Mixed" and [r.key for r in held.tables[0].rows] == ["a"]
    with pytest.raises(KeyError):
        held.tables[0].row("a").cells["other"]
