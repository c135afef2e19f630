"""Adds an extension to one profile, or removes it, through a LibreOffice started for that.

``over_uno.py SOFFICE PROFILE add FILE`` or ``… remove IDENTIFIER``; runs in a Python with ``uno``, so it needs the
standard library alone. For root, whom ``unopkg`` refuses a profile.
"""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from typing import Any

ADD, REMOVE = "add", "remove"

_PATIENCE = 60.0


def main(soffice: str, profile: str, action: str, what: str) -> None:
    """Start LibreOffice, let its extension manager do it, and end it."""
    import unohelper  # type: ignore[import-not-found]

    pipe = f"xl_ltc_{uuid.uuid4().hex}"
    process = subprocess.Popen(
        [
            *(soffice, "--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"),
            f"-env:UserInstallation={unohelper.systemPathToFileUrl(profile)}",
            f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        ]
    )
    try:
        context = _connected(process, f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        manager = context.getByName("/singletons/com.sun.star.deployment.ExtensionManager")
        if action == ADD:
            manager.addExtension(unohelper.systemPathToFileUrl(what), (), "user", None, _environment())
        else:
            manager.removeExtension(what, "", "user", None, _environment())
        services = context.ServiceManager
        services.createInstanceWithContext("com.sun.star.frame.Desktop", context).terminate()
        process.wait(_PATIENCE)
    finally:
        process.kill()


def _connected(process: subprocess.Popen[bytes], url: str) -> Any:
    import uno

    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return resolver.resolve(url)
        except Exception:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _environment() -> Any:
    """Says yes to what the extension manager asks."""
    import uno
    import unohelper
    from com.sun.star.task import XInteractionHandler  # type: ignore[import-not-found]
    from com.sun.star.ucb import XCommandEnvironment  # type: ignore[import-not-found]

    class Approving(unohelper.Base, XInteractionHandler, XCommandEnvironment):  # type: ignore[misc]
        def handle(self, request: Any) -> None:
            approve = uno.getTypeByName("com.sun.star.task.XInteractionApprove")
            next(c for c in request.getContinuations() if c.queryInterface(approve)).select()

        def getInteractionHandler(self) -> Any:  # noqa: N802
            return self

        def getProgressHandler(self) -> None:  # noqa: N802
            return None

    return Approving()


if __name__ == "__main__":
    main(*sys.argv[1:])
