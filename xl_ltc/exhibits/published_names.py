"""What the places of published numbers are called on a sheet; files keep the keys of the list of published values."""

from __future__ import annotations

_TABLES = {
    "text": "Section 6 and text",
    "s02": "Section 2",
    "s12": "Section 12",
    "s15": "Section 15, loss ratios",
    "s15t": "Section 15, 58%/85% test",
    "s16": "Section 16",
    "s19": "Section 19",
    "s21": "Section 21",
    "s22": "Section 22",
    "Ex1a": "Exhibit I-a",
    "Ex1apv": "Exhibit I-a, values",
    "Ex1b": "Exhibit I-b",
    "Ex1bpv": "Exhibit I-b, values",
    "Ex2": "Exhibit II",
    "AppB": "Appendix B",
}
_REGIONS = {"MD": "Maryland ", "NW": "Nationwide "}
_COLUMNS = {
    "D_lives_yearend_or_5yr_sum": "D end of year lives",
    "item5_musd": "Item 5 ($ millions)",
    "item7_musd": "Item 7 ($ millions)",
    "lr": "loss ratio",
    "mort": "mortality",
    "composite": "composite termination",
    "derived": "derived lapse",
    "smoothed": "smoothed lapse",
    "s200": "200 Series",
    "s300": "300 Series",
    "s400": "400 Series",
    "s500plus": "500+ Series",
    "bp_lifetime": "lifetime benefit period",
    "bp_nonlifetime": "limited benefit period",
}


def table_title(table: str) -> str:
    """``Exhibit I-a``, ``Section 2`` or ``Exhibit A-3b``."""
    return _TABLES.get(table, f"Exhibit {table}" if table.startswith("A-") else table)


def row_title(table: str, row: str) -> str:
    """``Maryland 200`` for ``MD200``, ``Issue age: <40`` for ``issue_age/<40``."""
    if table == "s22" and row[:2] in _REGIONS:
        return _REGIONS[row[:2]] + row[2:]
    subject, slash, category = row.partition("/")
    return _spoken(subject) + (f": {category}" if slash else "")


def column_title(column: str) -> str:
    """``A earned premium`` for ``A_earned_premium``; a rate series is called so."""
    if column.isdigit():
        return f"{column} Series"
    return _COLUMNS.get(column, column.replace("_", " "))


def _spoken(key: str) -> str:
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]
