"""A process that evaluates calls, one after another, for a server that can end it."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from xl_ltc_udfs.call import Result
from xl_ltc_udfs.cells import VALUE, CellError, Raw
from xl_ltc_udfs.office_js.boundary import UnreadableCall, answer_line, function_of, read_call
from xl_ltc_udfs.readable import read_only_in
from xl_ltc_udfs.registry import functions

_LOG = logging.getLogger(__name__)
_GRACE = 5.0
"""Seconds after the time limit at which a process ends itself, should its server be gone."""

Evaluate = Callable[[str, Sequence[Raw]], Result]
"""What gives a function's result for its arguments."""


def work(line: Connection, evaluate: Evaluate, time_limit: float, files: Sequence[Path] | None) -> None:
    """Answer the calls that come, until the server hangs up.

    Args:
        line: to the server. An empty message goes out when this process is ready; for each message (position,
            line of a request) that comes in, an answer's line of JSON goes out.
        evaluate: gives the results.
        time_limit: of a call, seconds.
        files: folders in which calls may read files; None for any file.
    """
    read_only_in(files)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which ends this process
    functions()
    with suppress(OSError, EOFError), open(os.devnull, "w") as nowhere:  # the server is gone
        line.send_bytes(b"")
        while True:
            position, call = line.recv()
            # A clock in C, which goes on when a function never gives Python its turn.
            faulthandler.dump_traceback_later(time_limit + _GRACE, exit=True, file=nowhere)
            answer = _answer(evaluate, position, call)
            faulthandler.cancel_dump_traceback_later()
            line.send_bytes(answer)


def failed(position: int, call: bytes, reason: str) -> bytes:
    """The answer to a call that has no result; the call as a line of a request."""
    return answer_line(position, Result([[CellError(VALUE, f"{function_of(call)}: {reason}")]]))


def _answer(evaluate: Evaluate, position: int, call: bytes) -> bytes:
    try:
        return answer_line(position, evaluate(*read_call(call)))
    except UnreadableCall as error:
        return failed(position, call, str(error))
    except Exception as error:
        _LOG.exception("%s gives no answer", function_of(call))
        return failed(position, call, f"an error of xl_ltc itself ({type(error).__name__})")
