"""Formulas that find a row of an Excel table by what it says, wherever the table stands and however its rows lie."""

from __future__ import annotations

import re


def structured(table: str, column: str) -> str:
    """A column of an Excel table in a formula; a header with a sign in it has brackets of its own."""
    return f"{table}[{column}]" if re.fullmatch(r"\w+", column) else f"{table}[[{column}]]"


def literal(words: str) -> str:
    """Text in a formula; braces, which name cells in the formulas of a ``Table``, by their codes."""
    escaped = words.replace('"', '""')
    plain = re.sub(r"[{}]", lambda brace: f'"&CHAR({ord(brace.group())})&"', escaped)
    return f'"{plain}"' if plain == escaped else f'("{plain}")'


def equals(table: str, column: str, key: str) -> str:
    """The condition that a column is a key, as text: a category 2 may be a number on the sheet.

    Args:
        table, column: of the Excel table; key: a formula that gives text, such as ``literal("Single")``.
    """
    return f'({structured(table, column)}&""={key}&"")'


def row_where(table: str, **keys: str) -> str:
    """The condition that columns are texts."""
    return "*".join(f'({structured(table, column)}&""={literal(text)})' for column, text in keys.items())


def pick(table: str, column: str, **keys: str) -> str:
    """The number in the row whose columns are texts; no wildcard or operator in them means anything."""
    return f"SUMPRODUCT({row_where(table, **keys)}*{structured(table, column)})"


def pick_text(table: str, column: str, **keys: str) -> str:
    """The text in the row whose columns are texts, which is one row; blank as empty text."""
    key = structured(table, next(iter(keys)))
    line = f"ROW({key})-MIN(ROW({key}))+1"
    return f'INDEX({structured(table, column)},SUMPRODUCT({row_where(table, **keys)}*({line})))&""'


def covering(table: str, key: str, at: str, values: str) -> str:
    """The number of the row whose label covers a whole number: ``<55``, ``55``, ``100+``.

    Args:
        table, key: the column of labels; at: a formula that gives the number; values: the column of numbers.
    """
    label = structured(table, key)
    number = f'(SUBSTITUTE(SUBSTITUTE({label},"<",""),"+","")+0)'
    below, above = f'(LEFT({label},1)="<")*({at}<{number})', f'(RIGHT({label},1)="+")*({at}>={number})'
    return f'SUMPRODUCT(({below}+{above}+({label}&""={at}&""))*{values})'
