"""The command ``xl-ltc excel install``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

# What builds the add-in is imported where it is used, so that --help need not wait for it.

_DESCRIPTION = """\
Puts the worksheet functions into Microsoft Excel for Windows: writes the add-in xl_ltc.xlam into the folder that Excel
opens when it starts. The functions run in this Python, which Excel starts at the first call; run the command again
after a move of this Python, a new version of xl-ltc or of xlwings.
Needs: pip install "xl-ltc[excel]"."""


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``excel`` to the commands of ``xl-ltc``."""
    excel = commands.add_parser("excel", help="the worksheet functions for Microsoft Excel on Windows")
    actions = excel.add_subparsers(dest="excel_command", required=True, metavar="ACTION")
    install = actions.add_parser(
        "install",
        help="write the add-in where Excel finds it",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    install.add_argument("--out", type=Path, metavar="FILE", help="write the add-in to FILE (.xlam) instead")
    install.add_argument(
        "--interpreter", metavar="PATH", help="the python.exe that Excel starts; this one if not given (on Windows)"
    )
    install.add_argument("--remove", action="store_true", help="remove the add-in")
    install.set_defaults(action=_install)


def _install(options: argparse.Namespace) -> int:
    from xl_ltc.workbook.actions import warm_up
    from xl_ltc_udfs.excel import install

    path = _checked_out(options.out) or install.installed_path(os.environ)
    if options.remove:
        print(f"Removed: {path}" if install.remove(path) else f"Nothing to remove: {path}")
        return 0
    interpreter = options.interpreter or (sys.executable if sys.platform == "win32" else "none")
    install.check_packages()
    install.check_interpreter(interpreter)
    if options.interpreter is None:
        install.check_library(interpreter)
    if options.out is None:
        install.check_code_page(interpreter)  # before anything is written
    install.install(path, interpreter)
    warm_up()
    print(f"Written: {path}")
    print(f"The functions run in {interpreter}")
    if options.out is None:
        import xlwings

        for line in install.let_buttons_find(interpreter, Path(xlwings.USER_CONFIG_FILE)):
            print(f"Note: in {xlwings.USER_CONFIG_FILE} this Python takes the place of: {line}")
        print("Start Excel, or start it again; LTC_LLR and the others are then there in every workbook.")
    return 0


def _checked_out(out: Path | None) -> Path | None:
    from xl_ltc.errors import InputError

    if out is not None and out.suffix.lower() != ".xlam":
        raise InputError.single("--out", repr(out.name), "a file name that ends in .xlam")
    return out
