"""The command ``xl-ltc calc install``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

# What builds and installs is imported where it is used, so that --help need not wait for it.

_DESCRIPTION = """\
Puts the worksheet functions into LibreOffice Calc, 25.2 or later. The functions run in this Python, which LibreOffice
starts at the first call; run the command again after a move of this Python or a new version of xl-ltc."""


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``calc`` to the commands of ``xl-ltc``."""
    calc = commands.add_parser("calc", help="the worksheet functions for LibreOffice Calc")
    actions = calc.add_subparsers(dest="calc_command", required=True, metavar="ACTION")
    install = actions.add_parser(
        "install",
        help="install the extension into LibreOffice",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    install.add_argument(
        "--profile", type=Path, metavar="DIR", help="LibreOffice profile; yours if not given, or for root all users'"
    )
    install.add_argument(
        "--interpreter", default=sys.executable, metavar="PATH", help="the Python that LibreOffice starts"
    )
    what = install.add_mutually_exclusive_group()
    what.add_argument("--out", type=Path, metavar="FILE", help="write the extension to FILE (.oxt) and install nothing")
    what.add_argument("--remove", action="store_true", help="remove the extension")
    install.set_defaults(action=_install)


def _install(options: argparse.Namespace) -> int:
    from xl_ltc.workbook.actions import warm_up
    from xl_ltc_udfs.calc import install, libreoffice

    if options.out is not None:
        install.write(options.out, options.interpreter)
        print(f"Written: {options.out}")
    elif options.remove:
        install.remove(options.profile)
        print("Removed from LibreOffice")
    else:
        install.install(options.profile, options.interpreter)
        warm_up()
        print("Installed into LibreOffice: type =LTC_ in a cell, or see the category Add-in of the Function Wizard")
        if libreoffice.environment()["PATH"] != os.environ.get("PATH", ""):
            print("Note: start LibreOffice from the desktop, or from a terminal without an active virtual environment.")
    return 0
