"""A filing of a few policies as files, and the two ways in: ``xl-ltc check`` and ``xl-ltc run``."""

from __future__ import annotations

import io
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tests.plain_policy import PLAIN_POLICY
from tests.workbook.test_read_workbook import input_frames, write
from xl_ltc.control import ILLUSTRATIVE, TABLE

POLICIES = 8
MOST_SECONDS, MOST_MEMORY = 60, 4 << 30
"""Generous: the same call on a good file takes 2 seconds and 0.5 GiB."""


def policies(**columns: object) -> pd.DataFrame:
    """Plain policies, ids P0 to P7; ``columns``: of all of them."""
    return pd.DataFrame([{**PLAIN_POLICY, "policy_id": f"P{i}", **columns} for i in range(POLICIES)])


def workbook(path: Path, inforce: str = TABLE) -> Path:
    """An assumption workbook with the policies in its table ``inforce`` on the sheet ``S inforce``, header in B3."""
    frames = input_frames()
    frames["history"]["series"] = PLAIN_POLICY["series"]
    control = frames["control"]
    control.loc[control["value"] == ILLUSTRATIVE, "value"] = inforce
    frames["inforce"] = policies()
    return write(path, frames)


@dataclass(frozen=True)
class Parts:
    """A workbook's parts by name, to be damaged and written again."""

    parts: dict[str, bytes]

    @classmethod
    def of(cls, path: Path) -> Parts:
        with zipfile.ZipFile(path) as file:
            return cls({name: file.read(name) for name in file.namelist()})

    def sheet(self, name: str) -> str:
        """The part of a sheet."""
        sheets = re.findall(rb'<sheet name="([^"]*)"', self.parts["xl/workbook.xml"])
        return f"xl/worksheets/sheet{sheets.index(name.encode()) + 1}.xml"

    def table(self, name: str) -> str:
        """The part of an Excel table."""
        return next(part for part, data in self.parts.items() if b'displayName="%b"' % name.encode() in data)

    def swap(self, part: str, pattern: bytes, replacement: bytes | Callable[[re.Match[bytes]], bytes]) -> Parts:
        """With a pattern, which must be there, replaced in a part, once."""
        data, times = re.subn(pattern, replacement, self.parts[part], count=1, flags=re.DOTALL)
        assert times == 1, (part, pattern)
        return Parts({**self.parts, part: data})

    def cell(self, sheet: str, address: str, xml: bytes) -> Parts:
        """With another cell in place of the one at an address; its first attributes are kept from ``r`` on."""
        pattern = rb'<c r="%b"[^>]*?(?:/>|>.*?</c>)' % address.encode()
        return self.swap(self.sheet(sheet), pattern, lambda _: xml)

    def packed(self, method: int = zipfile.ZIP_DEFLATED) -> bytes:
        """As a zip file."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as file:
            for name, data in self.parts.items():
                file.writestr(name, data)
        return buffer.getvalue()


_LIMITED = """
import resource, sys
from xl_ltc.cli import main
code = main(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
sys.exit(code)
"""


def limited(*arguments: object) -> subprocess.CompletedProcess[str]:
    """``xl-ltc`` with these arguments, in a process of its own with so much time and memory."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))

    command = [sys.executable, "-c", _LIMITED, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=2 * MOST_SECONDS, preexec_fn=limit)
