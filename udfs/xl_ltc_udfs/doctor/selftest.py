"""The self-test: what the installed engine computes now, beside what is known beforehand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from xl_ltc_udfs.call import call
from xl_ltc_udfs.cells import NOT_AVAILABLE, Rows
from xl_ltc_udfs.doctor.finding import Fact, Finding
from xl_ltc_udfs.registry import functions

_TOLERANCE = 1e-12
"""Relative; the kernel and the readable calculation add up in another order."""
_MEASURES = ("earned_premium_before", "earned_premium_after", "incurred_claims_before", "incurred_claims_after")
_ADVICE = "install again: pip install --force-reinstall xl-ltc; if it stays, report it with this output"

Test = Callable[[], tuple[str, bool]]
"""Gives what came out, and whether that is right."""


def self_test() -> Finding:
    """Every test, how it ended, and how long all took."""
    start = time.perf_counter()
    facts: dict[str, Fact] = {}
    problems = []
    for name, test in (
        ("a loss ratio by hand", _by_hand),
        ("the filing's printed numbers", _printed),
        ("kernel beside the readable calculation", _kernel),
        ("examples of the worksheet functions", _examples),
    ):
        try:
            words, good = test()
        except Exception as error:  # whatever is wrong with the installation, the report is to be had
            words, good = f"{type(error).__name__}: {error}", False
        facts[name] = words
        if not good:
            problems.append(f"self-test, {name}: {words}; {_ADVICE}")
    facts["seconds"] = round(time.perf_counter() - start, 1)
    return Finding("Self-test", facts, tuple(problems))


def kernels() -> tuple[Finding, Path | None]:
    """Whether the projection's compiled code was kept from before, and in which folder; after it has been used."""
    from xl_ltc.projection.kernel import compiled_code

    folder, kept = compiled_code()
    facts: dict[str, Fact] = {"kept from before": kept, "folder": str(folder)}
    if not kept:
        facts["note"] = "compiled just now; xl-ltc warm does that after installing"
    return Finding("Compiled kernels", facts), folder


def _by_hand() -> tuple[str, bool]:
    """Claims 200, 700, 1,500 and premiums 1,000, 900, 800 at 4.5%; halves of years cancel in the ratio."""
    v = 1 / 1.045
    expected = (200 + 700 * v + 1500 * v**2) / (1000 + 900 * v + 800 * v**2)
    computed = call("LTC_LLR", [[[200.0], [700.0], [1500.0]], [[1000.0], [900.0], [800.0]], 0.045]).single
    good = isinstance(computed, float) and math.isclose(computed, expected, rel_tol=_TOLERANCE)
    return f"{computed}, by hand {expected}", good


def _printed() -> tuple[str, bool]:
    """The published numbers that follow from other published ones."""
    from xl_ltc.exhibits.reconcile import failed, reconcile
    from xl_ltc.exhibits.reconciliation.check import EQUAL, KNOWN

    checks = reconcile()
    counts = [sum(check.verdict == verdict for check in checks) for verdict in (EQUAL, KNOWN)]
    wrong = failed(checks)
    words = f"{counts[0]} of {len(checks)} equal, {counts[1]} where the filing contradicts itself"
    return (f"{words}; different: {' '.join(wrong[0].place)} and others" if wrong else words), not wrong


def _kernel() -> tuple[str, bool]:
    """One policy, sixty years, premium and claims before and after the increase."""
    policy = functions()["LTC_PROJECT"].example.arguments[0]
    projected = _sums(call("LTC_PROJECT", [policy]).rows)
    traced = _sums(call("LTC_TRACE", [policy]).rows)
    pairs = [(projected[key], traced[key]) for key in projected]
    relative = [abs(a - b) / max(abs(b), 1.0) for a, b in pairs]
    # One by one, since no NaN is the largest.
    good = projected.keys() == traced.keys() and all(difference <= _TOLERANCE for difference in relative)
    return f"{len(pairs)} numbers, largest relative difference {max(relative):.0e}", good


def _sums(rows: Rows) -> dict[tuple[float, str], float]:
    """By calendar year and measure."""
    header, *body = rows
    found: dict[tuple[float, str], float] = {}
    for row in body:
        cells = dict(zip(header, row, strict=True))
        for measure in _MEASURES:
            key = cells["calendar_year"], measure
            found[key] = found.get(key, 0.0) + cells[measure]
    return found


def _examples() -> tuple[str, bool]:
    """Each function's example in the reference gives numbers; one that reads the last run may have none to read."""
    failing = list(_failing())
    count = len(functions())
    return (f"{count} computed", True) if not failing else (f"of {count} wrong: {', '.join(failing)}", False)


def _failing() -> Iterator[str]:
    for name, function in functions().items():
        for _, _, error in call(name, function.example.arguments).errors[:1]:
            if not (function.reads_files and error.code == NOT_AVAILABLE):
                yield f"{name} ({error.reason})"
