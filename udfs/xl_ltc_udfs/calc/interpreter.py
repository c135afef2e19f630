"""Starts the project's own interpreter from LibreOffice.

LibreOffice's Python loads this module, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_LOG_LIMIT = 1_000_000
"""Bytes beyond which the log begins anew."""

_OF_LIBREOFFICE = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONEXECUTABLE")
"""Variables that lead another Python to LibreOffice's libraries."""


def start(interpreter: str, log: Path, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Run a module of the project, its input and output pipes.

    Args:
        interpreter: path of a Python in which xl_ltc is installed.
        log: file for what it writes to its error stream.
        module: such as ``xl_ltc_udfs.calc.server``.
        arguments: of the module.

    Raises:
        OSError: there is no such program, or no log can be written.
    """
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.unlink()
    with log.open("ab") as errors:
        return subprocess.Popen(
            # -P: a module lying in LibreOffice's working folder is not imported.
            [interpreter, "-P", "-X", "utf8", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={name: value for name, value in os.environ.items() if name not in _OF_LIBREOFFICE},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            # Ctrl-C at LibreOffice's terminal is not meant for it; it ends with its input.
            start_new_session=True,
        )
