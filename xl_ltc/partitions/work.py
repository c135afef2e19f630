"""The work on one part: read it in batches, check these, project them, and keep the sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from xl_ltc.errors import InputError
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.columns import MAX_KEPT
from xl_ltc.inforce.control_totals import control_totals
from xl_ltc.inforce.parts import POLICIES_A_BATCH, Part, batches, check_ids_once, together
from xl_ltc.inforce.schema import CODED
from xl_ltc.inforce.validate import InforceRules, check_inforce
from xl_ltc.partitions.cases import Case, Job
from xl_ltc.partitions.sums import Sums, Vocabulary
from xl_ltc.projection.basis import ProjectionBasis
from xl_ltc.projection.impact import Impact
from xl_ltc.projection.project import PreparedBlock
from xl_ltc.projection.results import CashFlows
from xl_ltc.projection.rules import rules_of
from xl_ltc.rate_increase.impact import affected_policies

T = TypeVar("T")


def vocabulary_of(job: Job) -> Vocabulary:
    """The categories of the coded columns."""
    return {name: job.assumptions.vocabulary(name) for name in CODED}


def work_on(part: Part, job: Job, batch: int = POLICIES_A_BATCH, workers: int | None = None) -> Sums:
    """The sums of a part; while one batch is projected, the next is read and checked.

    Args:
        part: of a file; job: what is done.
        batch: most policies at a time.
        workers: threads of a projection; None for one a processor.

    Raises:
        InputError: every problem of the part's policies; ids are not looked for in other records.
    """
    sums, errors, first = list[Sums](), list[InputError](), part.first
    for found in _ahead(_checked(part, rules_of(job.assumptions), batch)):
        if isinstance(found, InputError):
            errors.append(found)
        elif not errors:
            sums.append(sums_of(found, job, workers, first))
            first += len(found)
    if errors:
        raise together(errors)
    return Sums.added(sums, vocabulary_of(job))


def _checked(part: Part, rules: InforceRules, batch: int) -> Iterator[Block | InputError]:
    for table in batches(part, batch):
        try:
            yield check_inforce(table, rules, whole=False)
        except InputError as error:
            yield error


def _ahead(iterable: Iterable[T]) -> Iterator[T]:
    """The same, the next one made in a thread while this one is used."""
    iterator = iter(iterable)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, iterator, None)
        while (one := coming.result()) is not None:
            coming = pool.submit(next, iterator, None)
            yield one


def sums_of(block: Block, job: Job, workers: int | None = None, first: int = 0) -> Sums:
    """The sums of checked policies; ``first``: position of their first record in the file; the rest as ``work_on``."""
    flows: dict[str, CashFlows] = {}
    prepared: dict[int, PreparedBlock] = {}
    for on, basis, alike in _of_the_same_rates(job.cases):
        if id(on) not in prepared:
            prepared[id(on)] = PreparedBlock(block, on, job.by)
        by_years: dict[tuple[int, ...], dict[str, Impact]] = {}
        for case in alike:
            impact = case.impact(block)
            by_years.setdefault(tuple(impact.effective_years.tolist()), {})[case.name] = impact
        for impacts in by_years.values():
            found = prepared[id(on)].project_each([*impacts.values()], basis, workers=workers)
            flows |= zip(impacts, found, strict=True)
    flows = {case.name: flows[case.name] for case in job.cases}
    affected = int(affected_policies(block, job.assumptions).sum())
    summed = {} if job.summed is None else job.summed(block)
    kept = () if job.keep is None else job.keep(block, first)
    return Sums(flows, control_totals(block), len(block), affected, summed, kept)


def _of_the_same_rates(
    cases: Sequence[Case],
) -> Iterable[tuple[ProjectionBasis, ProjectionBasis | None, list[Case]]]:
    """The cases that differ in their impact only, together: lives need be projected once."""
    alike: dict[tuple[int, int], list[Case]] = {}
    for case in cases:
        alike.setdefault((id(case.prepared_on), id(case.basis)), []).append(case)
    return [(together[0].prepared_on, together[0].basis, together) for together in alike.values()]


def work_on_all(
    parts: Sequence[Part], job: Job, progress: Callable[[str], None] = lambda _: None, batch: int = POLICIES_A_BATCH
) -> Sums:
    """The sums of a file's parts on this machine, one after the other.

    Args:
        parts: all of a file, in order; job: what is done.
        progress: told of every part; may raise ``Cancelled``.
        batch: most policies at a time.

    Raises:
        InputError: every problem of the file, as ``check_inforce`` says it.
    """
    progress("looking for policy ids that stand twice")
    errors: list[InputError] = []
    total, vocabulary = None, vocabulary_of(job)
    try:
        check_ids_once(parts[0].path)
    except InputError as error:
        if error.total > MAX_KEPT:  # nothing else would be told
            raise
        errors.append(error)
    for part in parts:
        progress(f"{'checking' if errors else 'projecting'} {part}")
        try:
            # The rest of a file with a problem is read for its other problems only.
            sums = work_on(part, job.only(()) if errors else job, batch)
        except InputError as error:
            errors.append(error)
            continue
        if not errors:
            total = sums if total is None else Sums.added((total, sums), vocabulary)
    if errors or total is None:
        raise together(errors)
    return total
