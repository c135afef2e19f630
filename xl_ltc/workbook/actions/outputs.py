"""What a run gives, put where it belongs: its sheets into the workbook, its result files into their folder."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_ltc.control import Control
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_pages import FilingPages, filing_exhibits, filing_pages
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.reconcile import reconcile, stands_for_the_filing
from xl_ltc.exhibits.reconciliation.check import Check
from xl_ltc.exhibits.table import Page
from xl_ltc.files import staged
from xl_ltc.workbook import last_run
from xl_ltc.workbook.actions.places import version_of
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import Call
from xl_ltc.workbook.actions.provenance.manifest_file import put_with_manifest
from xl_ltc.workbook.actions.putting import put_or_say
from xl_ltc.workbook.layout import LISTS
from xl_ltc.workbook.package import graft
from xl_ltc.workbook.package.shown_values import Value
from xl_ltc.workbook.render import InputSheets, OutputSheets, write_workbook
from xl_ltc.workbook.run_data import EarlierRuns


@dataclass(frozen=True)
class Outcome:
    """What an action made.

    Attributes:
        run: what was computed.
        files: what was written, in order.
        warnings: what the user should know.
        unwritten: what was asked for and could not be written, though the rest was.
    """

    run: FilingRun
    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    unwritten: tuple[str, ...] = ()

    @property
    def summary(self) -> tuple[str, ...]:
        """The lines a person reads first."""
        experience = self.run.experience
        test = experience.test_58_85()
        return (
            f"{self.run.policies:,} policies, {self.run.affected:,} affected by the increase",
            f"Lifetime loss ratio {experience.lifetime_loss_ratio('before'):.0%} before and "
            f"{experience.lifetime_loss_ratio('after'):.0%} after the increase",
            f"58%/85% test {'passed' if test.passed else 'FAILED'}: "
            f"claims {test.item_7:,.0f} against premium times factors {test.item_5:,.0f}",
        )


@dataclass(frozen=True)
class Shown:
    """A run as its readers get it.

    Attributes:
        run: what was computed.
        checks: against the filing's printed numbers; none for other policies than its illustration.
        exhibits: its pages, as yet without these checks.
        cautions: what a reader must know.
    """

    run: FilingRun
    checks: Sequence[Check]
    exhibits: tuple[Page, ...]
    cautions: tuple[str, ...]

    @classmethod
    def of(cls, run: FilingRun) -> Shown:
        """Build the exhibits of a run and check them."""
        exhibits = filing_exhibits(run)
        checks = reconcile(run, exhibits) if stands_for_the_filing(run) else []
        missing = run.pricing.missing if run.pricing else ""
        cautions = filter(None, (run.caution, missing and f"No expected loss ratios and no section 18: {missing}"))
        return cls(run, checks, exhibits, tuple(cautions))

    @property
    def pages(self) -> FilingPages:
        """Every page, with the checks."""
        return filing_pages(self.run, self.checks, self.exhibits)


@dataclass(frozen=True)
class IntoWorkbook:
    """The workbook that a run's sheets are put into.

    Attributes:
        workbook: the user's; version: as it was when the run began to read it.
        out: where the result goes.
        control: what its Control sheet says.
        earlier: the runs before.
    """

    workbook: Path
    version: tuple[int, ...]
    out: Path
    control: Control
    earlier: EarlierRuns


@dataclass(frozen=True)
class Kept:
    """Results written policy by policy: the folder, and what makes them the run it holds."""

    folder: Path
    finish: Callable[[], None]


def write_run(
    shown: Shown,
    record: Mapping[str, Any],
    call: Call,
    into: IntoWorkbook | None,
    results: Path | None,
    write_files: Callable[[FilingPages, Path], object],
    kept: Kept | None,
    progress: Progress,
) -> Outcome:
    """Write what a run gives; everything is written elsewhere before anything is put in place.

    Args:
        shown: the run; record: its manifest; call: what was asked for.
        into: the workbook for its sheets; None for none.
        results: folder for the result files; None for none.
        write_files: writes them into a folder, given the pages.
        kept: results policy by policy; None for none.
        progress: told what is being done.

    Raises:
        InputError: the workbook has changed since the run read it.
        OSError: the workbook can't be written; the results can't be, where there is no workbook to write. Where there
            is one, the outcome says so.
    """
    run, pages = shown.run, shown.pages
    written: list[Path] = []
    unwritten: tuple[str, ...] = ()
    warnings = shown.cautions
    with contextlib.ExitStack() as stack:
        together = None
        if results is not None:
            progress(f"writing {results.name}")
            together = stack.enter_context(staged(results))
            write_files(pages, together.part)
        if into is not None:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            warnings += _put_into(into, shown, pages, record, scratch, progress)
            written.append(into.out)
        if together is not None and results is not None:
            put = functools.partial(put_with_manifest, together, record, call, None if into is None else into.out)
            if into is None:
                put()
            else:
                unwritten += put_or_say(put, f"The files in {results} are not of this run")
            written += [] if unwritten else [results]
        if kept is not None:
            stands = "The results are in place" if into is None else "The workbook is"
            unkept = put_or_say(kept.finish, f"The run is not kept in {kept.folder}", stands)
            written += [] if unkept else [kept.folder]
            unwritten += unkept
    if into is not None:
        warnings += remembered(run, record, into.out)
    return Outcome(run, tuple(written), warnings, unwritten)


def _put_into(
    into: IntoWorkbook, shown: Shown, pages: FilingPages, record: Mapping[str, Any], scratch: Path, progress: Progress
) -> tuple[str, ...]:
    """Replace the output sheets of the workbook by the run's; what the user should know."""
    progress(f"writing {into.out.name}")
    sheets = OutputSheets.of(shown.run, pages, record, into.earlier)
    rendered = write_workbook(scratch / "run.xlsx", InputSheets.of(shown.run, into.control), sheets)
    if version_of(into.workbook) != into.version:
        raise InputError.single(str(into.workbook), "a workbook changed since the run read it", "run it again")
    progress("putting the sheets in place")
    # Before the first run the sheets say what they wait for, which is nobody's loss.
    lists = LISTS if into.earlier.last or into.earlier.unread else sheets.sheets
    status = sheets.status | _set_on_control(shown.run)
    return graft(into.workbook, rendered, sheets.sheets, into.out, lists, status).warnings


def _set_on_control(run: FilingRun) -> dict[str, Value]:
    """What the Settings sheet shows of the settings on the Control sheet."""
    settings = run.assumptions.settings
    return {f.name: getattr(settings, f.name) for f in dataclasses.fields(settings) if f.metadata["on_control"]}


def remembered(run: FilingRun, record: Mapping[str, Any], workbook: Path) -> tuple[str, ...]:
    """Keep the results for LTC_RESULT; what is written stays good where that can't be done."""
    try:
        last_run.remember(run, record, workbook)
    except OSError as error:
        return (f"LTC_RESULT will not show this run; its results can't be kept in {last_run.folder()} ({error}).",)
    return ()
