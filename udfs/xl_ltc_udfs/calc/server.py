"""The project's side of a call from LibreOffice Calc: ``python -m xl_ltc_udfs.calc.server``, started by the add-in.

Reads calls from its input and writes results to its output until the input ends, which it does with LibreOffice.
"""

from __future__ import annotations

import sys
from typing import IO

from xl_ltc_udfs.calc import wire
from xl_ltc_udfs.calc.output import messages_alone
from xl_ltc_udfs.calc.values import answer, argument
from xl_ltc_udfs.call import call
from xl_ltc_udfs.registry import functions


def serve(calls: IO[bytes], results: IO[bytes]) -> None:
    """Answer calls until there are no more."""
    wire.send(results, wire.encoded(wire.PROTOCOL))
    while True:
        try:
            function, arguments = wire.receive(calls)
        except EOFError:
            return
        result = call(function, [argument(a) for a in arguments])
        wire.send(results, wire.encoded(answer(result)))


def main() -> None:
    """Serve the process that started this one."""
    results = messages_alone()
    functions()
    serve(sys.stdin.buffer, results)


if __name__ == "__main__":
    main()
