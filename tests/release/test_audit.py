"""A package no service answered for is never taken for one without vulnerabilities."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from release import audit
from release.project import Pin, pins

TWO_NUMPYS = pins("numpy==1 ; python_full_version < '3.12'\nnumpy==2 ; python_full_version >= '3.12'\nlxml==5\n")
SKIPPED = {"name": "lxml", "skip_reason": "Dependency not found"}
CLEAN = {"name": "lxml", "version": "5", "vulns": []}
BAD = {"name": "numpy", "version": "1", "vulns": [{"id": "X-1", "aliases": ["Y-2"], "fix_versions": ["1.1"]}]}


def answers(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_every_version_is_asked_for_and_each_call_has_a_name_once() -> None:
    parts = list(audit.rounds(TWO_NUMPYS))
    assert sorted((p.name, str(p.version)) for part in parts for p in part) == [
        ("lxml", "5"),
        ("numpy", "1"),
        ("numpy", "2"),
    ]
    assert all(len({p.name for p in part}) == len(part) for part in parts)


def test_a_skipped_package_is_not_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_asked", lambda *_: answers(SKIPPED))
    report = audit.audited(TWO_NUMPYS).report()
    assert "NOT AUDITED: 3 packages" in report
    assert "0 of 3 locked packages looked up" in report


def test_the_next_service_is_asked_for_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[str]]] = []

    def answer(service: str, part: Sequence[Pin]) -> str:
        asked.append((service, sorted(pin.name for pin in part)))
        return answers(CLEAN, BAD) if service == "pypi" else "no such host"

    monkeypatch.setattr(audit, "_asked", answer)
    result = audit.audited(TWO_NUMPYS)
    assert asked[-1] == ("osv", ["numpy"])
    assert result.not_audited == {"numpy==2"}
    assert result.silent == ["osv: no such host"]
    assert result.report().startswith("VULNERABLE: numpy==1: X-1 Y-2, mended in 1.1")
