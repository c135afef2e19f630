"""Putting a few freshly made sheets into the user's workbook, where everything else stays as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.exhibits.manifest import assumptions_hash, frame_hash, frames_hash, sold_hash
from xl_ltc.exhibits.table import Page
from xl_ltc.inforce.control_totals import manifest_entry
from xl_ltc.workbook.actions.inputs import Inputs
from xl_ltc.workbook.actions.places import version_of
from xl_ltc.workbook.package import graft
from xl_ltc.workbook.sheets.page import write_pages

_SHORT = 8
"""Digits of a hash that are enough to tell inputs apart by eye."""


def known_by(inputs: Inputs) -> dict[str, str]:
    """What a sheet says of the inputs it stands on, so that they can be known again."""
    hashes = {
        "assumptions": assumptions_hash(inputs.assumptions),
        "policies": str(manifest_entry(inputs.block)["sha256"]),
        "history": frame_hash(inputs.history),
        "experience and pricing": frames_hash(inputs.study),
        "policies sold": sold_hash(inputs.sold),
    }
    return {"scenario": inputs.control.scenario or "none"} | {
        what: digest[:_SHORT] for what, digest in hashes.items() if digest
    }


def put_pages(
    workbook: Path, version: tuple[int, ...], pages: Sequence[Page], out: Path, lists: Collection[str] = ()
) -> tuple[str, ...]:
    """Write the user's workbook with these sheets in it, in place of earlier ones of their names.

    Args:
        workbook: the user's.
        version: of the file when it was read.
        pages: the sheets; their formulas may use the workbook's names and tables, and each other's cells.
        out: where the result goes; may be ``workbook``.
        lists: those of the sheets that are longer or shorter each time.

    Returns:
        What the user should know.

    Raises:
        InputError: the workbook changed since it was read, or can't be written.
    """
    with tempfile.TemporaryDirectory() as folder:
        rendered = Path(folder) / "pages.xlsx"
        write_pages(pages, rendered)
        if version_of(workbook) != version:
            raise InputError.single(str(workbook), "a workbook changed since it was read", "do it again")
        return graft(workbook, rendered, [page.sheet for page in pages], out, lists).warnings
