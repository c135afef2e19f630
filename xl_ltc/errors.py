"""Errors that speak to an actuary: where, what was found, what is allowed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

MAX_SHOWN = 25


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    Attributes:
        place: where it is, e.g. ``sheet Lapse, cell C7`` or ``inforce.csv, row 12, column issue_age, policy P7``.
        found: what stands there.
        allowed: what may stand there.
    """

    place: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return one_line(f"{self.place}: found {self.found}; allowed: {self.allowed}")


class Cancelled(Exception):
    """The user stopped an action; what was there before is as it was."""


class InputError(Exception):
    """Input that can't be used; carries the problems found, shows at most ``MAX_SHOWN``.

    Args:
        problems: what is wrong, the most telling first.
        total: how many problems there are, where a reader of large files keeps only some of them.
    """

    def __init__(self, problems: Sequence[Problem], total: int | None = None) -> None:
        self.problems = tuple(problems)
        self.total = len(self.problems) if total is None else total
        super().__init__(self.problems)

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...], int]]:
        # Pickled, as on its way from another process, it keeps the count of all problems.
        return type(self), (self.problems, self.total)

    @classmethod
    def single(cls, place: str, found: str, allowed: str) -> Self:
        """An error with one problem."""
        return cls([Problem(place, found, allowed)])

    def __str__(self) -> str:
        lines = [str(p) for p in self.problems[:MAX_SHOWN]]
        hidden = self.total - len(lines)
        if hidden > 0:
            lines.append(f"… and {hidden:,} more problem{'s' if hidden > 1 else ''}")
        return "\n".join(lines)


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing: no value, no number, no date, or only blanks."""
    if isinstance(value, str):
        return not value.strip()
    if value is None or isinstance(value, int | float):
        return value is None or value != value
    import pandas as pd  # only for what Python itself does not have, such as NaT

    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def shown(value: object) -> str:
    """How a found value is quoted in a message: text in quotes, a blank as ``nothing``, long text cut."""
    if is_blank(value):
        return "nothing (blank)"
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:37] + "…") + _foreign(value)
    # A spreadsheet has no whole numbers of their own; nobody typed 7.0.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _foreign(text: str) -> str:
    """Names the first character of a text that a reader may take for another: a Cyrillic A, a full-width digit."""
    for character in text:
        # Letters with accents, curly quotes and dashes are what they look like; escapes show the invisible ones.
        decomposed = unicodedata.normalize("NFKD", character)[:1]
        compatible = unicodedata.decomposition(character).startswith("<")
        if character > "\x7f" and character.isprintable() and (decomposed > "\x7f" or compatible):
            name = unicodedata.name(character, "a character without a name")
            return f" (with {character}, U+{ord(character):04X} {name})"
    return ""


def one_line(text: str) -> str:
    """A text with escapes for what would begin another line or steer a terminal: names in it are not ours."""
    if text.isprintable():
        return text
    return "".join(repr(c)[1:-1] if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)


def one_of(values: Sequence[object], most: int = 14) -> str:
    """A list of allowed values for a message."""
    shown_values = ", ".join(str(v) for v in values[:most])
    return f"one of {shown_values}" + (", …" if len(values) > most else "")
