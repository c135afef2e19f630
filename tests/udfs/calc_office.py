"""One private LibreOffice with the add-in: opens workbooks, recalculates them and reads cells with their errors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from xl_ltc_udfs.calc import libreoffice
from xl_ltc_udfs.calc.install import install

_DRIVER = Path(__file__).parent / "calc" / "office_driver.py"


class Office:
    """LibreOffice headless in a profile of its own.

    Args:
        folder: the caller's; holds the profile and LibreOffice's output.
        interpreter: what the add-in asks; None to install nothing.
    """

    def __init__(self, folder: Path, interpreter: str | None = sys.executable) -> None:
        self.profile = folder / "profile"
        if interpreter is not None:
            install(self.profile, interpreter)
        office = libreoffice.find()
        command = [libreoffice.python_with_uno(office), _DRIVER, office.soffice, self.profile]
        with (folder / "office.log").open("wb") as log:
            self._driver = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=libreoffice.environment(),
            )
        assert self._driver.stdout is not None
        assert self._driver.stdout.readline() == '"ready"\n', (folder / "office.log").read_text(encoding="utf-8")

    def __enter__(self) -> Office:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._driver.stdin is not None
        self._driver.stdin.close()
        self._driver.wait(90)

    def __call__(self, method: str, *arguments: Any) -> Any:
        """Ask the driver, see ``office_driver.Office``."""
        assert self._driver.stdin is not None and self._driver.stdout is not None
        print(json.dumps([method, *arguments]), file=self._driver.stdin, flush=True)
        done, answer = json.loads(self._driver.stdout.readline())
        assert done, answer
        return answer

    def open(self, workbook: Path) -> None:
        """Open a workbook and recalculate all of it."""
        assert self("open", str(workbook)), f"LibreOffice does not open {workbook}"
        self("calculate")

    def value(self, formula: str) -> Any:
        """What a formula gives in a new document; its arguments are separated by semicolons."""
        return self.values([formula])[0]

    def values(self, formulas: Sequence[str]) -> list[Any]:
        """What formulas give in column A of a new document."""
        self("open", "private:factory/scalc")
        self("put_all", 0, f"A1:A{len(formulas)}", [[formula] for formula in formulas])
        rows = self("cells", 0, f"A1:A{len(formulas)}")
        self("close")
        return [row[0] for row in rows]

    def servers(self) -> list[psutil.Process]:
        """The project's interpreters that this LibreOffice has started."""
        return [
            child
            for child in psutil.Process(self("pid")).children(recursive=True)
            if any("xl_ltc_udfs" in word for word in child.cmdline())
        ]
