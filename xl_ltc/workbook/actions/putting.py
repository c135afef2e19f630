"""Putting a few freshly made sheets into the user's workbook, where everything else stays as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.control import Control
from xl_ltc.errors import InputError
from xl_ltc.exhibits.manifest import assumptions_hash
from xl_ltc.exhibits.table import Page
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.control_totals import manifest_entry
from xl_ltc.workbook.actions.places import version_of
from xl_ltc.workbook.package import graft
from xl_ltc.workbook.sheets.page import write_pages

_SHORT = 8
"""Digits of a hash that are enough to tell inputs apart by eye."""


def known_by(block: Block, assumptions: AssumptionSet, control: Control) -> dict[str, str]:
    """What a sheet says of the inputs it stands on, so that they can be known again."""
    return {
        "scenario": control.scenario or "none",
        "assumptions": assumptions_hash(assumptions)[:_SHORT],
        "policies": str(manifest_entry(block)["sha256"])[:_SHORT],
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
