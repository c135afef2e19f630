"""``xl-ltc functions``: the help of the worksheet functions, on the screen or as a workbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``functions``."""
    parser = commands.add_parser("functions", help="the worksheet functions, their arguments and examples")
    parser.add_argument("name", nargs="?", metavar="NAME", help="one function, such as LTC_LLR; all without it")
    parser.add_argument("--workbook", type=Path, metavar="FILE", help="write the reference workbook (.xlsx)")
    parser.add_argument("--web", action="store_true", help="the workbook for Excel with xl-ltc serve")
    parser.set_defaults(action=_functions)


def _functions(options: argparse.Namespace) -> int:
    from xl_ltc.errors import InputError
    from xl_ltc_udfs.reference.words import by_category, help_text
    from xl_ltc_udfs.registry import functions

    every = functions()
    if options.workbook is not None:
        return _write(options.workbook, options.web)
    if options.name is not None:
        function = every.get(options.name.upper())
        if function is None:
            raise InputError.single("NAME", repr(options.name), f"one of {', '.join(every)}")
        print(help_text(function))
        return 0
    for category, group in by_category(list(every.values())).items():
        print(category)
        for function in group:
            print(f"  {function.name:<18} {function.summary}")
    return 0


def _write(path: Path, web: bool) -> int:
    from xl_ltc.errors import InputError
    from xl_ltc_udfs.reference.workbook import write_reference

    if path.suffix.lower() != ".xlsx":
        raise InputError.single("--workbook", str(path), "a file name that ends in .xlsx")
    if not path.parent.is_dir():
        raise InputError.single("--workbook", f"no folder {path.parent}", "a file in a folder that is there")
    print(f"Written: {write_reference(path, 'web' if web else 'add-in')}")
    return 0
