"""Projecting the parts of a file on a Dask cluster: each part and some of the cases is a task, and so is adding up.

Workers read the file themselves. The job with its assumptions is sent once and shared among the workers. Sums are
added in the order of the file, eight at a time, whoever finishes first. A task whose worker ends is done again by
another; a task whose policies are bad ends the run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import xl_ltc
from xl_ltc.code import code_hash
from xl_ltc.errors import InputError
from xl_ltc.inforce.parts import POLICIES_A_BATCH, Part, check_ids_once
from xl_ltc.partitions.cases import Job
from xl_ltc.partitions.sums import Sums, Vocabulary
from xl_ltc.partitions.work import vocabulary_of, work_on

CASES_A_TASK = 16
"""Cases that one task projects of a part it has read."""
ADDED_AT_A_TIME = 8

_PLACE = "--cluster"
_PATIENCE = 30
"""Seconds to wait for the scheduler, and for a first worker."""


def work_on_cluster(
    parts: Sequence[Part],
    job: Job,
    address: str,
    progress: Callable[[str], None] = lambda _: None,
    batch: int = POLICIES_A_BATCH,
    cases_a_task: int = CASES_A_TASK,
) -> Sums:
    """The sums of a file's parts, worked on by a cluster.

    Args:
        parts: all of a file, in order; its path is one that every worker sees.
        job: what is done.
        address: of the scheduler, ``tcp://host:8786``.
        progress: told how many tasks are done; may raise ``Cancelled``.
        batch: most policies at a time, of each thread of a worker.
        cases_a_task: most cases that a task projects.

    Raises:
        InputError: problems of the first bad part found, which is named; a policy id that stands twice; no cluster at
            the address, or one with other code than this. What has not begun is not begun then.
    """
    with _connected(address) as client:
        _check_code(client)
        vocabulary = vocabulary_of(job)
        # A task of its own rather than scattered data, which would be lost with the last worker that holds it.
        given = [client.submit(_given, chunk, pure=False) for chunk in job.shared_out(cases_a_task)]
        code = code_hash()
        leaves = [client.submit(_work, part, chunk, batch, code, pure=False) for chunk in given for part in parts]
        whole = [_tree(client, leaves[i : i + len(parts)], vocabulary) for i in range(0, len(leaves), len(parts))]
        doing = {future.key: parts[i % len(parts)] for i, future in enumerate(leaves)}
        try:
            progress(f"{len(leaves):,} tasks of {len(parts):,} partitions on {_workers(client)}")
            check_ids_once(parts[0].path)
            coming = _as_completed(client, leaves)
            # Nobody waits for these any more but the trees: each is let go as soon as it is added up.
            leaves.clear()
            for done, future in enumerate(coming, start=1):
                _check(future, doing[future.key])
                progress(f"{done:,} of {len(doing):,} tasks done on {_workers(client)}")
            sums = [_result(future, parts) for future in whole]
        except BaseException:
            # The rest goes with the client that wanted it.
            client.cancel([*leaves, *whole, *given], force=True)
            raise
    total = sums[0]
    for other in sums[1:]:
        total = total.beside(other)
    return total


def _given(job: Job) -> Job:
    return job


def _work(part: Part, job: Job, batch: int, code: str) -> Sums:
    """A task; a worker that joined late is checked too."""
    if code != code_hash():
        raise _other_code(xl_ltc.__version__)
    try:
        # The threads that work are the cluster's.
        return work_on(part, job, batch, workers=1)
    except InputError as error:
        problems = [dataclasses.replace(p, place=f"{p.place} ({part})") for p in error.problems]
        raise InputError(problems, error.total) from None


def _added(vocabulary: Vocabulary, *sums: Sums) -> Sums:
    return Sums.added(sums, vocabulary)


def _tree(client: Any, futures: Sequence[Any], vocabulary: Vocabulary) -> Any:
    """The sum of tasks, in their order, whoever finishes first."""
    while len(futures) > 1:
        groups = [futures[i : i + ADDED_AT_A_TIME] for i in range(0, len(futures), ADDED_AT_A_TIME)]
        futures = [client.submit(_added, vocabulary, *group, pure=False) for group in groups]
    return futures[0]


def _as_completed(client: Any, futures: Sequence[Any]) -> Iterator[Any]:
    """Tasks as they are done or fail."""
    import distributed

    completed: Any = distributed.as_completed
    return iter(completed(list(futures), loop=client.loop))


def _workers(client: Any) -> str:
    count = len(client.scheduler_info(n_workers=-1)["workers"])
    return f"{count} worker{'' if count == 1 else 's'}"


def _check(future: Any, part: Part) -> None:
    """Raises what a task failed with."""
    if future.status == "error":
        _raise(future.exception(), str(part))
    if future.status != "finished":
        raise InputError.single(_PLACE, f"{part}: {future.status} by the cluster", "a cluster that runs until the end")


def _result(future: Any, parts: Sequence[Part]) -> Sums:
    """What the last task of a tree gives."""
    error = future.exception()
    if error is not None:
        _raise(error, f"adding up {len(parts):,} partitions")
    sums: Sums = future.result()
    return sums


def _raise(error: BaseException, doing: str) -> NoReturn:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        count = error.allowed_failures + 1
        found = f"{doing}: {count} worker{'' if count == 1 else 's'} ended while at it"
        allowed = "workers with memory enough; see what their logs say, or use more partitions"
        raise InputError.single(_PLACE, found, allowed) from error
    raise error


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """A client of a scheduler with a worker at least."""
    try:
        import distributed
    except ImportError as error:
        allowed = "an installation with Dask: pip install 'xl-ltc[cluster]'"
        raise InputError.single(_PLACE, "no package distributed", allowed) from error
    allowed = "the address of a running scheduler, such as tcp://host:8786"
    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError.single(_PLACE, f"no scheduler at {address} ({error})", allowed) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            found = f"a scheduler at {address} without a worker"
            raise InputError.single(_PLACE, found, f"a worker: dask worker {address}") from error
        yield client


def _check_code(client: Any) -> None:
    """Whether every worker has this code: another would give other numbers, unsaid."""
    try:
        found = client.run(_code)
    except ImportError as error:
        place = "a worker whose Python has no xl_ltc, or another one"
        raise InputError.single(_PLACE, f"{place} ({error})", _wanted()) from error
    for worker, (version, code) in sorted(found.items()):
        if code != code_hash():
            raise _other_code(version, worker)


def _code() -> tuple[str, str]:
    return xl_ltc.__version__, code_hash()


def _other_code(version: str, worker: str = "") -> InputError:
    return InputError.single(_PLACE, f"xl_ltc {version} with other code on {worker or 'a worker'}", _wanted())


def _wanted() -> str:
    return f"xl_ltc {xl_ltc.__version__}, installed from the same files as here, on every worker"
