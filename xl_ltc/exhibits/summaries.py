"""What an action found, in the lines a person reads first."""

from __future__ import annotations

from collections.abc import Sequence

from xl_ltc.exhibits.table import NOT_AVAILABLE
from xl_ltc.pricing.attribution import ALL_CURRENT, HISTORY, START, Attribution
from xl_ltc.pricing.comparison import SetRates


def attribution_summary(found: Attribution) -> tuple[str, ...]:
    """Each line's loss ratio and increase needed."""
    lines = []
    before = None
    for line in found.lines:
        compared = found.lines[0] if line.step == ALL_CURRENT else before
        name = {START: "before", HISTORY: f"history, {found.begin}", ALL_CURRENT: f"all of {found.end}"}.get(line.step)
        words = f"{name or line.step}: {_percent(line.loss_ratio())}"
        if compared is not None:
            needed = _percent(line.increase_needed(compared))
            words += f", {_percent(line.impact(compared), '+')}, increase needed {needed}"
        lines.append(words)
        before = line
    return (f"Lifetime loss ratio from {found.begin} to {found.end}:", *lines)


def _percent(value: float, sign: str = "") -> str:
    return f"{value:{sign}.1%}" if value == value else NOT_AVAILABLE


def sets_summary(found: Sequence[SetRates]) -> tuple[str, ...]:
    """Each set's lifetime loss ratio."""
    lines = []
    for rates in found:
        ratio = rates.values.claims.sum() / rates.values.premium.sum()
        words = f"lifetime loss ratio {ratio:.1%}" if ratio == ratio else "claims not known, the rest is compared"
        lines.append(f"{rates.mix.name}: {words}")
    return tuple(lines)
