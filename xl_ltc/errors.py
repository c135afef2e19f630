"""Errors that speak to an actuary: where, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
        return f"{self.place}: found {self.found}; allowed: {self.allowed}"


class InputError(Exception):
    """Input that can't be used; carries every problem found, shows at most ``MAX_SHOWN``."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def single(cls, place: str, found: str, allowed: str) -> InputError:
        """An error with one problem."""
        return cls([Problem(place, found, allowed)])

    def __str__(self) -> str:
        lines = [str(p) for p in self.problems[:MAX_SHOWN]]
        hidden = len(self.problems) - MAX_SHOWN
        if hidden > 0:
            lines.append(f"… and {hidden:,} more problem{'s' if hidden > 1 else ''}")
        return "\n".join(lines)


def shown(value: object) -> str:
    """How a found value is quoted in a message: text in quotes, a blank as ``nothing``, long text cut."""
    if value is None or value != value or value == "":
        return "nothing (blank)"
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:37] + "…")
    return str(value)


def one_of(values: Sequence[object], most: int = 14) -> str:
    """A list of allowed values for a message."""
    shown_values = ", ".join(str(v) for v in values[:most])
    return f"one of {shown_values}" + (", …" if len(values) > most else "")
