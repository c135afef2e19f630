"""The lock files meet pyproject.toml, and what they would not meet is named."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from release import lock
from release.project import LOCKS, ROOT, pins, pythons

LOCKED = """# a comment
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via xl-ltc
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
pywin32==312 ; sys_platform == 'win32' \\
    --hash=sha256:dd
"""


def test_the_locks_meet_pyproject() -> None:
    assert lock.check() == [], "python -m release lock writes them anew"


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_names_no_index(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_development_has_the_versions_of_use() -> None:
    used, developed = ({(p.name, p.version) for p in pins((ROOT / f).read_text(encoding="utf-8"))} for f in LOCKS)
    assert used <= developed


def test_pins_are_read_with_their_markers_and_hashes() -> None:
    read = pins(LOCKED)
    assert [(p.name, str(p.version), p.hashes) for p in read] == [
        ("numpy", "2.4.6", 2),
        ("numpy", "2.5.5", 1),
        ("pywin32", "312", 1),
    ]
    assert not read[2].holds_in(lock.environment("3.11", "linux"))
    assert read[2].holds_in(lock.environment("3.11", "win32"))


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("numpy>=2.5", "Python 3.11 on linux: numpy>=2.5 is wanted, 2.4.6 locked"),
        ("pandas", "Python 3.12 on win32: pandas is wanted, nothing locked"),
        ("pywin32", "Python 3.11 on darwin: pywin32 is wanted, nothing locked"),
    ],
)
def test_what_is_not_met_is_named(wanted: str, problem: str) -> None:
    assert problem in list(lock.problems(pins(LOCKED), [Requirement(wanted)]))


@pytest.mark.parametrize("wanted", ["numpy>=2.4", "pywin32; sys_platform == 'win32'"])
def test_what_is_met_is_no_problem(wanted: str) -> None:
    assert not list(lock.problems(pins(LOCKED), [Requirement(wanted)]))


def test_a_pin_without_a_hash_is_named() -> None:
    assert list(lock.problems(pins("numpy==2.4.6\n"), [])) == ["numpy==2.4.6 has no hash"]


def test_supported_pythons_are_the_classifiers() -> None:
    assert pythons()[0] == "3.11"
    assert pythons() == sorted(pythons(), key=lambda version: [int(part) for part in version.split(".")])
