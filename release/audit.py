"""Known vulnerabilities of what the lock files pin: ``python -m release audit``.

pip-audit asks the package index, then OSV. Where neither has the data, as behind a mirror that carries packages only,
it would report that nothing was found; here every package that was not looked up is counted and named.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from release.project import LOCKS, ROOT, Pin, pins

SERVICES = ("pypi", "osv")
SECONDS = 120
"""A service that answers nothing is left after this time."""


@dataclass
class Audit:
    """What was looked up, what was not, and what was found.

    Attributes:
        audited: pins a service answered for, as ``name==version``.
        not_audited: those none did.
        vulnerable: a line a vulnerability.
        silent: why a service gave no answer.
    """

    audited: set[str] = field(default_factory=set)
    not_audited: set[str] = field(default_factory=set)
    vulnerable: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def report(self) -> str:
        """The result in words, the worst first."""
        lines = [f"VULNERABLE: {line}" for line in self.vulnerable]
        if self.not_audited:
            lines.append(f"NOT AUDITED: {len(self.not_audited)} packages, for no service reached had data on them:")
            lines += [f"  {line}" for line in self.silent]
            lines.append(f"  {', '.join(sorted(self.not_audited))}")
        lines.append(
            f"{len(self.audited)} of {len(self.audited) + len(self.not_audited)} locked packages looked up, "
            f"{len(self.vulnerable)} vulnerabilities known"
        )
        return "\n".join(lines)


def rounds(of: Sequence[Pin]) -> Iterator[list[Pin]]:
    """The pins, split so that each part has a name once: pip-audit takes one version of a package at a time."""
    left = list(of)
    while left:
        now = {pin.name: pin for pin in reversed(left)}
        yield list(now.values())
        left = [pin for pin in left if now[pin.name] is not pin]


def record(audit: Audit, service: str, answer: str) -> None:
    """Add pip-audit's JSON to the audit; a package it skipped has no version there."""
    packages = json.loads(answer)["dependencies"]
    if skipped := sum("skip_reason" in package for package in packages):
        audit.silent.append(f"{service}: found none of {skipped} packages")
    for package in packages:
        if "skip_reason" in package:
            continue
        name = f"{package['name']}=={package['version']}"
        audit.audited.add(name)
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version"
            known_as = " ".join([found["id"], *found.get("aliases", [])])
            audit.vulnerable.append(f"{name}: {known_as}, mended in {fixed}")


def audited(of: Sequence[Pin]) -> Audit:
    """Ask each service in turn for the pins no one before answered for."""
    audit = Audit()
    for service in SERVICES:
        for part in rounds([pin for pin in of if f"{pin.name}=={pin.version}" not in audit.audited]):
            answer = _asked(service, part)
            if answer.startswith("{"):
                record(audit, service, answer)
            else:
                audit.silent.append(f"{service}: {answer}")
    audit.not_audited = {f"{pin.name}=={pin.version}" for pin in of} - audit.audited
    return audit


def _asked(service: str, part: Sequence[Pin]) -> str:
    """pip-audit's JSON, or in a line why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pins.txt"
        file.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in part), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps", "--disable-pip"]
        command += ["--format", "json", "--progress-spinner", "off", "--vulnerability-service", service]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return f"no answer in {SECONDS} s"
    if done.stdout.startswith("{"):
        return done.stdout
    return (done.stderr.strip().splitlines() or [f"failed with {done.returncode}"])[-1]


def audit_locks() -> Audit:
    """The audit of every lock file's pins."""
    texts = "".join((ROOT / file).read_text(encoding="utf-8") for file in LOCKS)
    return audited(list({(pin.name, pin.version): pin for pin in pins(texts)}.values()))
