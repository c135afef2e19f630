"""A page of adjustment factors: assumption tables beside and below each other, every cell linked to its table."""

from __future__ import annotations

from collections.abc import Sequence

from xl_ltc.assumptions.specs import BY_NAME, MORBIDITY_SERIES
from xl_ltc.exhibits.lookups import structured
from xl_ltc.exhibits.studied import Studied
from xl_ltc.exhibits.table import Cell, Column, Page, Row, Table, live, text

_KEYS = {"policy_duration": "Duration", "sex": "Gender"}
_SERIES, _PERIOD, _TYPE = "Rate series", "Benefit period", "Benefit type"
_FACTORS = {
    **{name: (_SERIES, f"{name.removeprefix('series_').replace('_plus', '+')} Series") for name in MORBIDITY_SERIES},
    "benefit_period_lifetime": (_PERIOD, "Lifetime"),
    "benefit_period_limited": (_PERIOD, "Non-Lifetime"),
    "indemnity": (_TYPE, "Indemnity"),
    "reimbursement": (_TYPE, "Reimbursement"),
    "factor": ("", "Factor"),
}
"""Group and header of each column of factors."""
_KEY_WIDTH, _FACTOR_WIDTH = 14.0, 12.0


def factor_page(run: Studied, exhibit: str, title: str, tables: Sequence[Sequence[str]], note: str) -> Page:
    """The factor tables of an exhibit.

    Args:
        run: for its assumption tables; exhibit: its name; title: below it; note: below the tables.
        tables: from top to bottom those that stand beside each other.
    """
    prefix = f"{exhibit.lower().replace(' ', '_').replace('-', '')}_factors"
    beside = tuple(_beside(run, f"{prefix}_{i}", names) for i, names in enumerate(tables, start=1))
    return Page(exhibit, f"{title}.", (exhibit, title), beside, (text(note),), one_page=True, shows_inputs=True)


def _beside(run: Studied, name: str, tables: Sequence[str]) -> Table:
    lines: dict[int, dict[str, Cell]] = {}
    columns: list[Column] = []
    for table in tables:
        frame = run.assumptions.tables[table]
        (key,) = BY_NAME[table].key
        columns += [_column(table, column, column == key) for column in frame.columns]
        for i, record in enumerate(frame.to_dict("records")):
            cells = {f"{table}_{column}": _linked(table, str(column), i, value) for column, value in record.items()}
            lines.setdefault(i, {}).update(cells)
    return Table(name, tuple(columns), tuple(Row(str(i), cells) for i, cells in lines.items()))


def _column(table: str, column: str, is_key: bool) -> Column:
    key = f"{table}_{column}"
    if is_key:
        return Column(key, _KEYS.get(column, column.replace("_", " ").title()), width=_KEY_WIDTH)
    group, header = _FACTORS[column]
    return Column(key, header, "hundredths", group, _FACTOR_WIDTH)


def _linked(table: str, column: str, position: int, value: str | float) -> Cell:
    """A cell of a table, in its place: key and factor of a line are those of one row, however the rows are sorted."""
    at = f"=INDEX({structured(table, column)},{position + 1})"
    return live(f'{at}&""', value) if isinstance(value, str) else live(at, value)
