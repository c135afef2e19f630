"""Putting the add-in where Excel finds it when it starts."""

from __future__ import annotations

import locale
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path, PureWindowsPath
from typing import Final

from xl_ltc.errors import InputError
from xl_ltc.files import made, written_whole
from xl_ltc_udfs.excel.addin import write_addin

FILE: Final = "xl_ltc.xlam"
_INTERPRETER: Final = "INTERPRETER_WIN"
_ANSI: Final = "locale"
_COMMAND: Final = "xl-ltc excel install"
_NEEDED: Final = {"xlwings": "xlwings", "pyopenvba": "pyOpenVBA"}


def installed_path(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where the add-in is installed: the folder whose workbooks Excel opens when it starts, trusted by default.

    Raises:
        InputError: not Windows, or a Windows without an application folder.
    """
    if platform != "win32":
        allowed = "Windows with Microsoft Excel; here --out FILE writes the add-in, to be taken there"
        raise InputError.single(_COMMAND, f"a system without Excel for Windows ({platform})", allowed)
    if not environment.get("APPDATA"):
        raise InputError.single(_COMMAND, "no environment variable APPDATA", "the folder of the user's settings")
    return Path(environment["APPDATA"]) / "Microsoft" / "Excel" / "XLSTART" / FILE


def install(path: Path, interpreter: str) -> None:
    """Write the add-in to ``path``.

    Args:
        path: of the add-in.
        interpreter: the Python that Excel starts.

    Raises:
        InputError: a package is missing; Excel has the file open.
    """
    check_packages()
    try:
        write_addin(path, interpreter)
    except PermissionError:
        raise _in_use(path) from None


def let_buttons_find(interpreter: str, config: Path) -> list[str]:
    """Have xlwings start this Python for the buttons of a workbook; other settings in its file stay.

    Args:
        interpreter: path of a Python.
        config: xlwings' settings of the user, lines of ``"NAME","value"``.

    Returns:
        The lines that it replaced, which named another Python.

    Raises:
        InputError: a character of the path is not in the code page of this Windows, in which VBA reads the file.
    """
    check_code_page(interpreter)
    setting = f'"{_INTERPRETER}",'
    lines = config.read_text(encoding=_ANSI).splitlines() if config.exists() else []
    kept = [line for line in lines if line.strip() and not line.upper().startswith(setting)]
    new = f'{setting}"{interpreter}"'
    with made(config.parent), written_whole(config) as part:
        part.write_text("".join(f"{line}\n" for line in (*kept, new)), encoding=_ANSI)
    return [line for line in lines if line.strip() and line not in (*kept, new)]


def remove(path: Path) -> bool:
    """Remove the add-in; whether there was one.

    Raises:
        InputError: Excel has the file open.
    """
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except PermissionError:
        raise _in_use(path) from None
    return True


def check_packages() -> None:
    """Raises InputError when a package of the extra ``excel`` is missing."""
    missing = [package for module, package in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise InputError.single(_COMMAND, f"no {' and no '.join(missing)}", 'pip install "xl-ltc[excel]"')


def check_library(interpreter: str) -> None:
    """Check that xlwings' library, through which Excel starts Python, is where its VBA looks for it.

    Raises:
        InputError: neither beside the interpreter nor a folder above.
    """
    import xlwings

    folders = [Path(interpreter).parent, Path(interpreter).parent.parent]
    if not any(
        (folder / f"xlwings{bits}-{xlwings.__version__}.dll").exists() for bits in (64, 32) for folder in folders
    ):
        found = f"no xlwings64-{xlwings.__version__}.dll in {folders[0]} or {folders[1]}"
        raise InputError.single(_COMMAND, found, "a virtual environment, or a Python whose packages are its own")


def check_interpreter(interpreter: str) -> None:
    """Raises InputError for a path that Windows can't start as it stands."""
    path = PureWindowsPath(interpreter)
    if not path.is_absolute() or path.suffix.lower() != ".exe":
        allowed = r"the full path of a python.exe on Windows, as C:\ltc\Scripts\python.exe"
        raise InputError.single("--interpreter", interpreter, allowed)


def check_code_page(interpreter: str) -> None:
    """Raises InputError where a character of the path is not in the code page of this system, in which VBA reads it."""
    try:
        interpreter.encode(locale.getencoding())
    except UnicodeEncodeError:
        allowed = "a Python in a folder whose name has only characters of this system's code page"
        raise InputError.single(_COMMAND, interpreter, allowed) from None


def _in_use(path: Path) -> InputError:
    return InputError.single(str(path), "a file that can't be replaced or removed now", "close Excel first")
