"""The one way in which a new workbook is begun: text stays text, and a disk that is full is told as what it is."""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook

from xl_ltc.workbook.styles import DEFAULT_FONT

_TEXT_STAYS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@contextmanager
def new_book(path: Path) -> Iterator[Workbook]:
    """A workbook that is written to ``path`` when the block ends without an error.

    Its parts are gathered in a folder that is gone afterwards whatever happens: XlsxWriter leaves them where it fails.

    Raises:
        OSError: the file, or a part of it, can't be written.
    """
    content = io.BytesIO()
    try:
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    except OSError as error:
        raise _of_parts(error, path) from error
    with folder as parts:
        book = Workbook(content, _TEXT_STAYS_TEXT | {"tmpdir": parts, "default_format_properties": dict(DEFAULT_FONT)})
        yield book
        try:
            book.close()
        except FileCreateError as error:
            raise _of_parts(error.args[0], path) from error
    path.write_bytes(content.getbuffer())


def _of_parts(error: OSError, path: Path) -> OSError:
    words = f"{error.strerror or error}, in the folder for temporary files {tempfile.gettempdir()}"
    return OSError(error.errno or errno.EIO, words, str(path))
