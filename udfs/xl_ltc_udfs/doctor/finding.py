"""What the doctor finds: facts by heading, and problems with what to do about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Fact = str | int | float | bool | None
"""None where there is nothing."""


@dataclass(frozen=True)
class Finding:
    """A part of the report.

    Attributes:
        title: its heading.
        facts: by name, in order.
        problems: a line each: what is wrong and what to do.
    """

    title: str
    facts: Mapping[str, Fact]
    problems: tuple[str, ...] = ()


def as_text(findings: Sequence[Finding]) -> str:
    """The report as lines; problems last."""
    return "\n".join(_lines(findings))


def as_record(findings: Sequence[Finding]) -> dict[str, Any]:
    """The report as plain JSON values: facts by heading, and the problems."""
    return {**{finding.title: dict(finding.facts) for finding in findings}, "problems": problems(findings)}


def problems(findings: Sequence[Finding]) -> list[str]:
    """The problems of all parts."""
    return [problem for finding in findings for problem in finding.problems]


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        yield finding.title
        width = max(map(len, finding.facts), default=0)
        for name, fact in finding.facts.items():
            yield f"  {name:<{width}}  {_shown(fact)}"
        yield ""
    found = problems(findings)
    yield f"Problems: {len(found)}" if found else "No problem found."
    for problem in found:
        yield f"  {problem}"


def _shown(fact: Fact) -> str:
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    return "none" if fact is None else str(fact)
