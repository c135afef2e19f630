"""Where the log is; LibreOffice's Python loads this module."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def user_log(context: Any, name: str) -> Path:
    """A file of that name in LibreOffice's user folder.

    Args:
        context: LibreOffice's component context.
        name: of the file.
    """
    import uno

    paths = context.ServiceManager.createInstanceWithContext("com.sun.star.util.PathSubstitution", context)
    return Path(uno.fileUrlToSystemPath(paths.substituteVariables("$(user)", True))) / name
