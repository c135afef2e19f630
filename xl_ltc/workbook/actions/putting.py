"""Putting a few freshly made sheets into the user's workbook, where everything else stays; and results after it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from xl_ltc.errors import InputError
from xl_ltc.exhibits.manifest import taken
from xl_ltc.exhibits.table import Page
from xl_ltc.files import in_words
from xl_ltc.inforce.control_totals import manifest_entry
from xl_ltc.workbook.actions.inputs import Inputs
from xl_ltc.workbook.actions.places import version_of
from xl_ltc.workbook.package import graft
from xl_ltc.workbook.sheets.page import write_pages

_SHORT = 8
"""Digits of a hash that are enough to tell inputs apart by eye."""


def inputs_taken(inputs: Inputs) -> dict[str, Any]:
    """What an action stands on, as a manifest has it."""
    entry = manifest_entry(inputs.block)
    return taken(entry, inputs.assumptions, inputs.history, inputs.study, inputs.sold, inputs.request)


def known_by(inputs: Inputs) -> dict[str, str]:
    """What a sheet says of the inputs it stands on, so that they can be known again."""
    took = inputs_taken(inputs)
    hashes = {
        "assumptions": took["assumptions_sha256"],
        "policies": took["inforce"]["sha256"],
        "history": took["history_sha256"],
        "experience and pricing": took["study_sha256"],
        "policies sold": took["policies_sold_sha256"],
    }
    return {"scenario": inputs.control.scenario or "none"} | {
        what: str(digest)[:_SHORT] for what, digest in hashes.items() if digest
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


def put_or_say(put_in_place: Callable[[], None], otherwise: str, written: str = "The workbook is") -> tuple[str, ...]:
    """Put results in place, or what to say: what is written already stays good where that can't be done.

    Args:
        put_in_place: raises an OSError where it can't be done; all is as it was then.
        otherwise: what the results before are then, in words; written: what is of this run, in words.
    """
    try:
        put_in_place()
    except OSError as error:
        return (f"{otherwise} ({in_words(error)}). {written}; run again for the rest.",)
    return ()
