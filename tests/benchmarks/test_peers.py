"""The other engines do the engine's job; the pages show one measured table."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from packaging.requirements import Requirement

from benchmarks import pages, peers
from benchmarks.run import AGREEMENT, difference
from release.lock import environment

SLOW = {"pandas_engine"}
"""A join a rate table and segment, on however few policies."""
MODULES = [
    pytest.param(peer.module, peer.package, marks=pytest.mark.slow if peer.module in SLOW else ())
    for peer in peers.PEERS
]


@pytest.fixture
def limits() -> Iterator[None]:
    """modelx takes the limits of recursion and of the stack away: a test that recurses without an end would not end."""
    depth, stack = sys.getrecursionlimit(), resource.getrlimit(resource.RLIMIT_STACK)
    yield
    sys.setrecursionlimit(depth)
    resource.setrlimit(resource.RLIMIT_STACK, stack)


@pytest.mark.parametrize(("module", "package"), MODULES)
@pytest.mark.usefixtures("limits")
def test_agrees_on_a_small_block(module: str, package: str | None) -> None:
    if package == "cashflower":
        pytest.importorskip(package, reason="cashflower pins old numpy and pandas, so that tests don't install it")
    if package and (reason := peers.not_for_this_python(package)):
        pytest.skip(reason)
    engine, inputs = peers.engine_and_inputs(60)
    assert difference(engine(), peers.maker(module)(inputs)()) <= AGREEMENT


def test_a_wrong_result_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "maker", lambda _: lambda inputs: lambda: np.zeros((len(inputs["groups"]), 60, 7)))
    with pytest.raises(SystemExit, match="numpy_engine differs from the engine by"):
        peers.measure("numpy_engine", 20, 1)


def test_a_package_that_is_not_installed_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = peers.Measured(1.0, 0.5, 10.0, 0.0)
    monkeypatch.setattr(peers, "in_own_process", lambda *_: measured)
    monkeypatch.setattr(peers, "find_spec", lambda _: None)
    table = peers.table(1)
    for peer in peers.PEERS:
        line = next(line for line in table.splitlines() if line.startswith(f"| {peer.name}"))
        why = peers.not_for_this_python(peer.package or "") or "not installed"
        assert (why in line) == (peer.package is not None)


@pytest.mark.parametrize(("python", "left_out"), [("3.11", True), ("3.12", False)])
def test_a_package_for_newer_pythons_has_the_reason(
    python: str, left_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Requirement("gaspatchio>=0.9; python_version >= '3.12'")
    monkeypatch.setattr(peers, "requirements", lambda _: [wanted])
    monkeypatch.setattr("packaging.markers.default_environment", lambda: environment(python, "linux"))
    reason = peers.not_for_this_python("gaspatchio")
    assert ('gaspatchio needs python_version >= "3.12"' in reason) == left_out
    assert not peers.not_for_this_python("heavylight")


def test_readme_and_results_show_the_same() -> None:
    readme, results = (pages.between(p.read_text(encoding="utf-8"), peers.NAME) for p in (pages.README, pages.RESULTS))
    assert readme == results


def test_only_what_is_between_the_markers_changes() -> None:
    begin, end = pages.markers("x")
    page = f"before\n{begin}\nold\n{end}\nafter\n"
    new = pages.replaced(page, "x", "new")
    assert new == f"before\n{begin}\nnew\n{end}\nafter\n"
    assert pages.between(new, "x") == "new"
    with pytest.raises(ValueError, match="needs the lines"):
        pages.replaced("no markers", "x", "new")
