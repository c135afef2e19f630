"""The reconciliation as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xl_ltc.exhibits.reconciliation.check import (
    DIFFERENT,
    EQUAL,
    KNOWN,
    NOT_IN_RUN,
    NOT_YET,
    Check,
    Computed,
    summary,
)

CLASSES = {
    "E1": "follows exactly from other printed numbers",
    "E2": "follows within the rounding of printed inputs",
    "E3": "follows once the valuation-rate mix is known",
    "M": "needs a model run",
    "R": "follows or is an input; here as the run shows it",
}
_LARGE = 1e5
_VERDICTS = (EQUAL, KNOWN, DIFFERENT, NOT_IN_RUN, NOT_YET)


def failed(checks: Sequence[Check]) -> list[Check]:
    """The checks that are different, or that the run has nothing for."""
    return [c for c in checks if c.verdict in (DIFFERENT, NOT_IN_RUN)]


def report(checks: Sequence[Check]) -> str:
    """Counts by class and verdict, then every number that is not equal with its reason, then what is not computed
    yet by table."""
    counts = summary(checks)
    verdicts = [v for v in _VERDICTS if any(v in by_verdict for by_verdict in counts.values())]
    lines = ["Class  " + "".join(f"{v:>17}" for v in verdicts)]
    lines += [
        f"{klass:<7}" + "".join(f"{by_verdict.get(v, 0):>17,}" for v in verdicts) + f"   {CLASSES[klass]}"
        for klass, by_verdict in counts.items()
    ]
    for verdict in (KNOWN, DIFFERENT, NOT_IN_RUN):
        found = [c for c in checks if c.verdict == verdict]
        if found:
            lines += ["", f"{verdict.capitalize()}: {len(found):,}", *(_line(c) for c in found)]
    not_yet = Counter(c.table for c in checks if c.verdict == NOT_YET)
    if not_yet:
        lines += ["", "Not yet computed: " + ", ".join(f"{table} {count:,}" for table, count in not_yet.items())]
    return "\n".join(lines)


def _line(check: Check) -> str:
    place = " ".join(part for part in check.place if part)
    within = "" if check.tolerance is None else f" ± {_shown(check.tolerance)}"
    reason = f" ({check.reason})" if check.reason else ""
    return f"  {check.klass} {place}: printed {check.published}{within}, computed {_shown(check.computed)}{reason}"


def _shown(value: Computed) -> str:
    if value is None:
        return "nothing"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.6g}" if abs(value) < _LARGE else f"{value:,.0f}"
