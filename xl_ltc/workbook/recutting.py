"""``xl-ltc recut``: a kept run recut, on the screen or as files."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xl_ltc.errors import InputError
from xl_ltc.files import staged, written_whole
from xl_ltc.recut.kept import KeptRun
from xl_ltc.recut.listing import as_text, by_year, summary, write_csv, write_parquet
from xl_ltc.recut.recut import Recut, recut

# What writes workbooks is imported where it is used: a recut takes less time than that.

ENDINGS = (".csv", ".parquet", ".xlsx")


@dataclass(frozen=True)
class RecutOutcome:
    """What a recut gave.

    Attributes:
        recut: the numbers.
        title: what run they are of.
        notes: what a reader must know.
        files: what was written.
    """

    recut: Recut
    title: str
    notes: tuple[str, ...]
    files: tuple[Path, ...] = ()

    @property
    def text(self) -> str:
        """Tables for the screen."""
        tables = [as_text(summary(self.recut))]
        if self.recut.total_years:
            tables.append(as_text(by_year(self.recut)))
        return "\n\n".join([self.title, *tables])


def recut_kept(
    folder: Path, by: Sequence[str], only: Iterable[tuple[str, str]], out: Path | None, *, years: bool = False
) -> RecutOutcome:
    """Recut a kept run.

    Args:
        folder: of the kept run.
        by, only, years: as ``recut``.
        out: CSV, Parquet or workbook to write; None for none. Calendar years are a second sheet, or a second file
            whose name has ``_years`` at its end.

    Raises:
        InputError: as ``recut``; a file ending that is none of these.
        OSError: the file can't be written.
    """
    if out is not None and out.suffix.lower() not in ENDINGS:
        raise InputError.single("--out", str(out), f"a file name that ends in {', '.join(ENDINGS)}")
    kept = KeptRun.open(folder)
    found = recut(kept, by, only, years=years)
    scenario = f" ({kept.run['scenario']})" if kept.run.get("scenario") else ""
    title = (
        f"Run {kept.run.get('run_id', '')}{scenario} of {kept.policies:,} policies, valued at {kept.valuation_date} at "
        "the maximum valuation rates"
    )
    notes = (*_conditions(found), found.note, *kept.run.get("warnings", ()))
    outcome = RecutOutcome(found, title, notes)
    if out is None:
        return outcome
    return RecutOutcome(found, title, notes, _write(outcome, out))


def _conditions(found: Recut) -> tuple[str, ...]:
    values: dict[str, list[str]] = {}
    for name, value in found.only:
        values.setdefault(name, []).append(value)
    words = (f"{name} {' or '.join(of)}" for name, of in values.items())
    return (f"Only policies with {' and '.join(words)}.",) if values else ()


def _write(outcome: RecutOutcome, out: Path) -> tuple[Path, ...]:
    ending = out.suffix.lower()
    if ending == ".xlsx":
        from xl_ltc.exhibits.recut_page import recut_pages
        from xl_ltc.workbook.sheets.page import write_pages

        with written_whole(out) as part:
            write_pages(recut_pages(outcome.recut, outcome.title, outcome.notes), part)
        return (out,)
    write = write_csv if ending == ".csv" else write_parquet
    listings = {out: summary(outcome.recut)}
    if outcome.recut.total_years:
        listings[out.with_name(f"{out.stem}_years{out.suffix}")] = by_year(outcome.recut)
    if not out.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(out.parent))
    with staged(out.parent, last=()) as together:
        for path, listing in listings.items():
            write(listing, together.part / path.name)
        together.put_in_place()
    return tuple(listings)
