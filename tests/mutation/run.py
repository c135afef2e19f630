"""Runs the mutants of a Cosmic Ray session, each in a fork of one process that has imported the heavy libraries.

``cosmic-ray exec`` starts Python for each mutant: an hour and a half instead of minutes. Nothing on disk is changed:
a fork imports the mutated text in place of the module. Survivors are printed; the session keeps every result, so that
``cr-report`` shows them and another run goes on with what is pending.

    python tests/mutation/run.py SESSION [WORKERS] [again]

``again`` runs the survivors of before, too.
"""

from __future__ import annotations

import contextlib
import difflib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import cosmic_ray.plugins
import hypothesis  # noqa: F401 - imported before the forks, as are those below
import numba  # noqa: F401
import pandas as pd  # noqa: F401
import pytest
import scipy.optimize  # noqa: F401
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

import xl_ltc.assumptions.assumption_set
import xl_ltc.projection.project  # noqa: F401

SECONDS = 120
TESTS = Path("tests")
FIRST = {
    "behaviour": "rate_increase/test_elections.py",
    "cbl_trigger": "rate_increase/test_cbl_trigger.py",
    "equivalent": "rate_increase/test_equivalent.py",
    "impact": "rate_increase/test_policy_increase.py",
    "measures": "loss_ratio/test_measures.py",
    "phase_in": "rate_increase/test_phase_in.py",
    "regulatory": "loss_ratio/test_regulatory.py",
    "schedule": "rate_increase/test_schedule.py",
    "solve": "rate_increase/test_solve.py",
    "values": "loss_ratio/test_values.py",
}
"""The tests of each module, which kill most of its mutants."""


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from another text than that on disk."""

    def __init__(self, module: str, path: Path, text: str) -> None:
        self.module, self.path, self.text = module, path, text

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != self.module:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.text, str(self.path), "exec"), module.__dict__)


def mutated_text(mutation: MutationSpec, text: str) -> str | None:
    operator = cosmic_ray.plugins.get_operator(mutation.operator_name)(**mutation.operator_args)
    return mutate_code(text, operator, mutation.occurrence)


def run_tests(mutation: MutationSpec, text: str) -> int:
    """In a fork: the status of the tests with the mutant, those of its module first."""
    module = ".".join(mutation.module_path.with_suffix("").parts)
    assert module not in sys.modules
    sys.meta_path.insert(0, Mutated(module, mutation.module_path, text))
    own = str(TESTS / FIRST[mutation.module_path.stem])
    rest = [str(p) for folder in ("loss_ratio", "rate_increase") for p in sorted((TESTS / folder).glob("test_*.py"))]
    rest.remove(own)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # others' plugins take longer to import than the tests run
    without = [f"no:{name}" for name in ("cacheprovider", "unraisableexception", "threadexception")]
    plugins = [word for name in (*without, "_hypothesis_pytestplugin") for word in ("-p", name)]
    options = ["-x", "--hypothesis-profile=ci", *plugins]
    return int(pytest.main([*options, own])) or int(pytest.main([*options, *rest]))


def run(session: Path, workers: int, again: bool) -> None:
    gc.freeze()  # a fork need not look through what was imported
    sys.path.insert(0, str(Path.cwd()))
    with use_db(str(session), WorkDB.Mode.open) as db:
        items = list(db.pending_work_items)
        if again:
            items += [item for item, result in db.completed_work_items if is_survivor(result)]
        survivors = []
        for item, result in results(items, workers):
            db.set_result(item.job_id, result)
            if is_survivor(result):
                survivors.append(result.diff or "")
    print(f"{len(items)} mutants, {len(items) - len(survivors)} killed, {len(survivors)} survived")
    print("\n".join(survivors))


def is_survivor(result: WorkResult) -> bool:
    return result.worker_outcome == WorkerOutcome.NORMAL and result.test_outcome == TestOutcome.SURVIVED


def results(items: Sequence[WorkItem], workers: int) -> Iterator[tuple[WorkItem, WorkResult]]:
    waiting, running = list(items), dict[int, tuple[WorkItem, str, float]]()
    while waiting or running:
        while waiting and len(running) < workers:
            item = waiting.pop(0)
            (mutation,) = item.mutations
            text = mutation.module_path.read_text(encoding="utf-8")
            changed = mutated_text(mutation, text)
            if changed is None:
                yield item, WorkResult(worker_outcome=WorkerOutcome.NO_TEST)
                continue
            difference = "\n".join(
                difflib.unified_diff(
                    text.splitlines(), changed.splitlines(), str(mutation.module_path), n=0, lineterm=""
                )
            )
            if not (pid := os.fork()):
                status = 99
                try:
                    status = run_tests(mutation, changed)
                finally:
                    os._exit(status)
            running[pid] = item, difference, time.monotonic() + SECONDS
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            item, difference, _ = running.pop(pid)
            outcome = TestOutcome.KILLED if status else TestOutcome.SURVIVED
            yield item, WorkResult(WorkerOutcome.NORMAL, None, outcome, difference)
            continue
        for late in [pid for pid, (_, _, until) in running.items() if time.monotonic() > until]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(late, 9)
        time.sleep(0.02)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else os.cpu_count() or 1, "again" in sys.argv[3:])
