"""Every problem of a workbook and its policies, before anything is run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from xl_ltc.control import RECONSTRUCTED
from xl_ltc.errors import InputError, Problem
from xl_ltc.exhibits.input_checks import input_checks_page
from xl_ltc.inforce.block import Block
from xl_ltc.input_files import is_file
from xl_ltc.scenarios.tables import check_scenarios
from xl_ltc.workbook.actions.inputs import (
    check_not_policies,
    read_basis,
    read_block,
    read_request,
    read_sold,
)
from xl_ltc.workbook.actions.places import check_out, same_file, version_of
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.putting import put_pages


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        problems: those that are shown, the first of each kind first; total: how many there are.
        here: whether a place on a sheet is one of the workbook itself.
        block: the policies, if all is well.
        unread: what could not be looked at yet, or nothing.
        files: what was written.
        notes: what the user may not know of the workbook's tables.
    """

    problems: tuple[Problem, ...]
    total: int
    here: bool
    block: Block | None
    unread: str
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """A line that says how it went."""
        if self.block is not None:
            return (
                f"No problem found; {len(self.block):,} {'policy' if len(self.block) == 1 else 'policies'} can be run."
            )
        more = f"; still to be looked at: {self.unread}" if self.unread else ""
        return f"{self.total:,} problem{'s' if self.total != 1 else ''} found{more}."


def check_inputs(
    workbook: Path, inforce: Path | None, out: Path | None, progress: Progress, sold: Path | None = None
) -> Checked:
    """Look through all that a run would read.

    Args:
        workbook: the assumption workbook.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for what the Control sheet names.
        out: where the workbook with the sheet ``Input checks`` goes; may be ``workbook``; None to write nothing.
        progress: told what is being done.
        sold: policies sold, as ``inforce``; None for what the Control sheet names.

    Raises:
        InputError: the file is no workbook that can be read, or ``out`` can't be written.
    """
    if out is not None:
        check_out(workbook, inforce, out)
    version = version_of(workbook)
    found = _found(workbook, inforce, out, progress, sold)
    if out is None:
        return found
    progress(f"writing {out.name}")
    page = input_checks_page(found.problems, found.total, found.here, found.block, found.unread)
    put_pages(workbook, version, [page], out)
    return dataclasses.replace(found, files=(out,))


def _found(workbook: Path, inforce: Path | None, out: Path | None, progress: Progress, sold: Path | None) -> Checked:
    try:
        basis = read_basis(workbook, progress)
        check_scenarios(basis.inputs.scenarios, basis.assumptions.vocabulary("series"))
    except InputError as error:
        return Checked(error.problems, error.total, True, None, "the policies in force, once these are mended", ())
    if out is not None:
        check_not_policies(out, workbook, inforce, sold, basis.inputs)
    try:
        read_request(basis)
    except InputError as error:
        return Checked(error.problems, error.total, True, None, "the policies in force, once these are mended", ())
    try:
        block, _ = read_block(workbook, inforce, basis, progress)
    except InputError as error:
        source = inforce or workbook.parent / basis.inputs.control.inforce
        return Checked(error.problems, error.total, _in_this_workbook(workbook, source), None, "", ())
    try:
        if sold is not None or basis.inputs.control.policies_sold != RECONSTRUCTED:
            read_sold(workbook, inforce, sold, basis, block, progress)
    except InputError as error:
        source = sold or workbook.parent / basis.inputs.control.policies_sold
        return Checked(error.problems, error.total, _in_this_workbook(workbook, source), None, "", ())
    return Checked((), 0, True, block, "", (), basis.inputs.notes)


def _in_this_workbook(workbook: Path, source: Path) -> bool:
    return not is_file(source) or same_file(source, workbook)
