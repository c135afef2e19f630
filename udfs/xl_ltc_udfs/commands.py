"""The commands of the hosts, which ``xl-ltc`` shows beside its own."""

from __future__ import annotations

import argparse
from typing import Any

from xl_ltc_udfs.calc import commands as calc
from xl_ltc_udfs.doctor import commands as doctor
from xl_ltc_udfs.excel import commands as excel
from xl_ltc_udfs.office_js import commands as office_js
from xl_ltc_udfs.reference import commands as reference
from xl_ltc_udfs.templates import commands as templates


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``new``, ``functions``, ``excel``, ``calc``, ``serve`` and ``doctor``."""
    for host in (templates, reference, excel, calc, office_js, doctor):
        host.add(commands)
