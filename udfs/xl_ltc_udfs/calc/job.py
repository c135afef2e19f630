"""One action of a workbook for LibreOffice: ``python -m xl_ltc_udfs.calc.job ACTION WORKBOOK``, started by the menu.

Says on its output what it is doing and at last how it ended, see ``job_client``. It is cancelled when its input ends,
which it also does with LibreOffice.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from xl_ltc_udfs.calc import wire
from xl_ltc_udfs.calc.job_client import CANCELLED, DONE, FAILED, PROGRESS
from xl_ltc_udfs.calc.output import messages_alone


def perform(action: str, workbook: Path, messages: IO[bytes], cancelled: threading.Event) -> None:
    """Do an action and send the messages of it."""
    wire.send(messages, wire.encoded(wire.PROTOCOL))
    wire.send(messages, wire.encoded((PROGRESS, "loading")))
    # Takes a second, which the user should know of.
    from xl_ltc.errors import Cancelled, InputError
    from xl_ltc.workbook import buttons

    def progress(text: str) -> None:
        if cancelled.is_set():
            raise Cancelled
        wire.send(messages, wire.encoded((PROGRESS, text)))

    try:
        report = buttons.perform(action, workbook, progress)
        # That the workbook is open is no news to the LibreOffice that has it open and loads it again.
        lock = f".~lock.{workbook.name}#"
        end = (DONE, "\n".join(line for line in report.message.splitlines() if lock not in line), report.sheet)
    except Cancelled:
        end = (CANCELLED, "", "")
    except (InputError, OSError) as error:
        end = (FAILED, str(error), "")
    except Exception as error:
        logging.exception("action %s on %s", action, workbook)
        end = (FAILED, f"An error of xl_ltc itself: {type(error).__name__}: {error}", "")
    wire.send(messages, wire.encoded(end))


def main(action: str, workbook: str) -> None:
    """Serve the LibreOffice that started this process."""
    messages = messages_alone()
    cancelled = threading.Event()

    def wait_for_end() -> None:
        # Not through sys.stdin, whose lock a thread may not hold when Python ends.
        while os.read(0, 1):
            pass
        cancelled.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    with suppress(BrokenPipeError):  # LibreOffice has ended
        perform(action, Path(workbook), messages, cancelled)


if __name__ == "__main__":
    main(*sys.argv[1:])
