"""Arguments that several functions have: tables and settings of the workbook, single settings, calendar years.

What they may be and what they are when omitted stands once, in ``Settings`` and in the tables' specifications.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from xl_ltc.assumptions.specs import BY_NAME
from xl_ltc.settings import Settings
from xl_ltc_udfs.registry import Argument, Shape

CALENDAR_YEARS: dict[str, Any] = dict(kind="whole", minimum=1900, maximum=2400)
"""What a calendar year may be; a date or an amount in its place is found out."""

_FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
_MOST_COLUMNS = 6


def setting_argument(setting: str, name: str, about: str, shape: Shape = "one") -> Argument:
    """The optional argument ``name`` for a setting that is a number or one of some texts."""
    field = _FIELDS[setting]
    if field.metadata["allowed"]:
        return Argument(name, about, shape, "text", field.default, allowed=field.metadata["allowed"])
    low, high = field.metadata["low"], field.metadata["high"]
    return Argument(name, about, shape, "number", field.default, minimum=low, maximum=high)


def table_argument(table: str, name: str | None = None) -> Argument:
    """The optional argument for an assumption table of the workbook, called as the table or ``name``."""
    columns = [column.name for column in BY_NAME[table].columns]
    shown = ", ".join(columns if len(columns) <= _MOST_COLUMNS else [*columns[: _MOST_COLUMNS - 1], "…"])
    words = f"Table {table} with its header row ({shown})"
    return Argument(name or table, words, "table", "cells", default=None, default_words="the bundled table if omitted")


def settings_argument(others: str) -> Argument:
    """The optional argument for a range of settings; ``others`` says where those not named come from."""
    words = f"Settings by name in a range with columns setting and value; one not named is as in {others}"
    return Argument("settings", words, "table", "cells", default=None)
