"""Named choices on a worksheet: a dataclass whose fields carry what each may be, what it means and where it is from.

The settings of a run and the entries of the workbook's Control sheet are such dataclasses. A worksheet holds them as
name and value, a row each.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from xl_ltc.errors import InputError, Problem, is_blank, one_of, shown

# What only checks values is imported where it is used, so that the command line knows the choices without NumPy.
if TYPE_CHECKING:
    from xl_ltc.tables import Locator

ANY_TEXT = "any text"


def choice(
    default: Any,
    meaning: str,
    source: str,
    *,
    allowed: tuple[str, ...] = (),
    low: float = 0.0,
    high: float = math.inf,
    words: str = "",
    on_control: bool = False,
) -> Any:
    """A field of a dataclass of choices.

    Args:
        default: its value unless the user says otherwise; its type is the choice's.
        meaning: a sentence; source: section of the filing or another reason.
        allowed: the texts it may be.
        low, high: inclusive bounds of a number.
        words: what it may be, in words, where that is not said by the rest.
        on_control: whether it stands on the workbook's Control sheet.
    """
    return field(
        default=default,
        metadata=dict(
            meaning=meaning, source=source, allowed=allowed, low=low, high=high, words=words, on_control=on_control
        ),
    )


def allowed_words(f: dataclasses.Field[Any]) -> str:
    """What a choice may be, in words."""
    if f.metadata["words"]:
        return str(f.metadata["words"])
    if f.metadata["allowed"]:
        return one_of(f.metadata["allowed"])
    if isinstance(f.default, str):
        return ANY_TEXT
    if isinstance(f.default, dt.date):
        return "a 31 December"
    noun = "a whole number" if isinstance(f.default, int) else "a number"
    low, high = f.metadata["low"], f.metadata["high"]
    if math.isinf(low) and math.isinf(high):
        return noun
    return f"{noun} of at least {low:g}" if math.isinf(high) else f"{noun} from {low:g} to {high:g}"


def typed(value: object, f: dataclasses.Field[Any]) -> Any:
    """The value in the choice's type, or None where it is not allowed."""
    from xl_ltc.tables import label_text, to_number

    meta = f.metadata
    if isinstance(f.default, dt.date):
        return _day(value)
    if isinstance(f.default, str):
        if not meta["allowed"]:
            return "" if is_blank(value) else label_text(value)
        text = str(value).strip()
        return text if text in meta["allowed"] else None
    number = to_number(value)
    if number is None or not math.isfinite(number) or not meta["low"] <= number <= meta["high"]:
        return None
    if isinstance(f.default, int):
        return int(number) if number.is_integer() else None
    return number


def _day(value: object) -> dt.date | None:
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, dt.datetime):
        value = value.date()
    if not isinstance(value, dt.date) or (value.month, value.day) != (12, 31):
        return None
    return value


def checked(
    fields: Iterable[dataclasses.Field[Any]], values: Mapping[str, object], locate: Locator | None = None
) -> dict[str, Any]:
    """Typed values from name → value pairs, as a sheet holds them.

    Args:
        fields: the choices, each of which must be there once.
        values: names and values, in any order.
        locate: gives the place of the row at a position, for messages.

    Raises:
        InputError: a missing or unknown name, or a value that is not allowed.
    """
    from xl_ltc.tables import file_locator

    locate = locate or file_locator("settings")
    known = {f.name: f for f in fields}
    problems = [
        Problem(locate(row, "setting"), f"unknown setting {shown(name)}", one_of(sorted(known), 40))
        for row, name in enumerate(values)
        if name not in known
    ]
    problems += [
        Problem(locate(None, None), f"no setting {name}", f"every setting once; {name}: {allowed_words(f)}")
        for name, f in known.items()
        if name not in values
    ]
    found: dict[str, Any] = {}
    for row, (name, value) in enumerate(values.items()):
        if name in known:
            found[name] = typed(value, known[name])
            if found[name] is None:
                problems.append(Problem(locate(row, "value"), f"{name} = {shown(value)}", allowed_words(known[name])))
    if problems:
        raise InputError(problems)
    return found
