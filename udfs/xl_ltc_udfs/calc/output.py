"""The project's side of a pipe from LibreOffice: nothing but messages may reach it."""

from __future__ import annotations

import logging
import os
import sys
from typing import IO


def messages_alone() -> IO[bytes]:
    """The process's output, kept for messages: what anything else prints goes to its error stream, the log."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s: %(message)s")
    messages = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return messages
