"""``xl-ltc serve`` in a process of its own, as a user starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

RUN = """
import argparse, sys
from xl_ltc_udfs.office_js import commands
parser = argparse.ArgumentParser()
commands.add(parser.add_subparsers(dest="command"))
options = parser.parse_args(["serve", *sys.argv[1:]])
sys.exit(options.action(options))
"""

MISBEHAVING = RUN.replace(
    "options =",
    "import functools\n"
    "from tests.udfs.office_js.serving import call_or_misbehave\n"
    "from xl_ltc_udfs.office_js import server\n"
    "server.Service = functools.partial(server.Service, evaluate=call_or_misbehave, idle_time=2.0, body_time=2.0)\n"
    "options =",
)


def started(*arguments: str, program: str = RUN) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"Manifest: (\S+)/manifest.xml", line):
            return found[1]
    raise AssertionError(process.stderr and process.stderr.read())


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err
