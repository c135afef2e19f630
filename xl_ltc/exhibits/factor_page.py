"""A page of adjustment factors: assumption tables beside each other, every cell linked to its table."""

from __future__ import annotations

from collections.abc import Sequence

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.exhibits.experience_rows import factors_beside
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.table import Column, Page, Row, Table, text

_KEYS = {"attained_age": "Attained Age", "policy_duration": "Duration", "sex": "Gender", "factor": "Factor"}


def factor_page(run: FilingRun, exhibit: str, title: str, tables: Sequence[str], note: str) -> Page:
    """The factor tables of an exhibit.

    Args:
        run: for its assumption tables; exhibit: its name; title: below it; tables: from left to right; note: below.
    """
    name = f"{exhibit.lower().replace(' ', '_').replace('-', '')}_factors"
    frames = {table: run.assumptions.tables[table] for table in tables}
    _, lines, found = factors_beside(name, title, frames, _KEYS)
    keys = {f"{table}_{BY_NAME[table].key[0]}" for table in tables}
    columns = tuple(
        Column(
            key, header, "text" if key in keys or not header else "hundredths", width=_width(key, header, key in keys)
        )
        for key, header in found
    )
    rows = tuple(Row(str(i), cells) for i, cells in lines.items())
    return Page(
        exhibit,
        f"{title}.",
        (exhibit, title),
        (Table(name, columns, rows),),
        (text(note),),
        one_page=True,
        shows_inputs=True,
        landscape=len(columns) > 16,
    )


def _width(key: str, header: str, is_key: bool) -> float:
    if key.startswith("gap_"):
        return 2.0
    return 13.0 if is_key else max(8.0, max(len(word) for word in header.split()) + 2.0)
