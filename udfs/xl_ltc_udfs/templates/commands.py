"""The command ``xl-ltc new``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

# What builds a workbook is imported where it is used, so that --help need not wait for it.

_KINDS = ("filing", "blank", "audit", "study")


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``new`` to the commands of ``xl-ltc``."""
    new = commands.add_parser(
        "new", help="a workbook to start from: the filing, an empty one, the policy audit, or a study"
    )
    new.add_argument("file", type=Path, metavar="FILE", help="workbook to write, with buttons if it ends in .xlsm")
    new.add_argument("--kind", choices=_KINDS, default=_KINDS[0], help="filing (illustrative) if not given")
    new.set_defaults(action=_new)


def _new(options: argparse.Namespace) -> int:
    from xl_ltc.errors import InputError
    from xl_ltc_udfs.templates.build import FILES, write

    endings = {Path(name).suffix for name in FILES[options.kind]}
    if options.file.suffix.lower() not in endings:
        raise InputError.single("FILE", str(options.file), f"a file name that ends in {' or '.join(sorted(endings))}")
    if options.file.exists():
        raise InputError.single("FILE", f"{options.file}, which is there already", "a new file")
    print(f"Written: {write(options.kind, options.file)}")
    return 0
