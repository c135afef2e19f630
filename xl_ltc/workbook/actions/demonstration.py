"""The whole filing on the illustrative block, with nothing of the user's."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from pathlib import Path

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.exhibits.manifest import manifest
from xl_ltc.exhibits.results_csv import write_results
from xl_ltc.experience.study import bundled_study
from xl_ltc.files import SUMS, seal, staged
from xl_ltc.illustration.block import illustrate, policies_sold
from xl_ltc.illustration.history import illustrative_history
from xl_ltc.inforce.read import write_inforce, write_policies
from xl_ltc.pricing.sold import sold_frame
from xl_ltc.recut.keep import check_keep
from xl_ltc.workbook.actions.inputs import CAUTION
from xl_ltc.workbook.actions.keeping import kept_staged
from xl_ltc.workbook.actions.outputs import Outcome, Shown, remembered
from xl_ltc.workbook.actions.places import check_folder, check_no_folder
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.provenance.call import CALL, Call
from xl_ltc.workbook.actions.provenance.manifest_file import MANIFEST, write_manifest
from xl_ltc.workbook.render import write_filing_workbook

FILING_WORKBOOK = "ltc_rate_filing.xlsx"
RESULTS, INFORCE_FILE, SOLD_FILE = "results", "inforce.parquet", "policies_sold.parquet"


def illustrative_run(progress: Progress) -> FilingRun:
    """The filing on the illustrative block and the bundled assumptions."""
    assumptions = bundled()
    progress("building the illustrative block")
    illustration = illustrate(assumptions)
    progress("splitting the history by series and valuation rate")
    history = illustrative_history(illustration, assumptions)
    sold = policies_sold(illustration, assumptions)
    return run_filing(illustration.block, history, assumptions, progress, CAUTION, study=bundled_study(), sold=sold)


def demo(folder: Path, progress: Progress, keep: Path | None = None) -> Outcome:
    """The whole filing on the illustrative block, written into a folder.

    Files already there under the same names are replaced only when everything has been computed.

    Args:
        folder: where to.
        progress: told what is being done.
        keep: folder to keep the results in, policy by policy, for recuts; None for none.

    Raises:
        InputError: the folder can't be made or written to; nothing has been computed then.
    """
    started, clock = dt.datetime.now().astimezone(), time.perf_counter()
    results, log, inforce, sold = (folder / name for name in (RESULTS, MANIFEST, INFORCE_FILE, SOLD_FILE))
    check_folder(results, "--out")
    for file in (folder / FILING_WORKBOOK, log, inforce, sold):
        check_no_folder(file)
    if keep is not None:
        check_keep(keep, "--keep")
        check_folder(keep, "--keep")
    shown = Shown.of(illustrative_run(progress))
    run = shown.run
    command = f"xl-ltc demo --out {folder.name or folder}" + (f" --keep {keep.name or keep}" if keep else "")
    call = Call.of("demo", {})
    record = manifest(run, command, started, time.perf_counter() - clock, shown.cautions) | {CALL: call.entry(folder)}
    progress("writing the workbook, the results and the policies")
    pages = shown.pages
    workbook = folder / FILING_WORKBOOK
    with contextlib.ExitStack() as stack:
        together = stack.enter_context(staged(folder, last=(f"{RESULTS}/{SUMS}", MANIFEST)))
        written = (*write_results(run, shown.checks, together.part / RESULTS, pages), together.part / INFORCE_FILE)
        seal(together.part / RESULTS)
        made = write_filing_workbook(run, shown.checks, record, together.part / FILING_WORKBOOK, pages=pages)
        write_inforce(run.block, together.part / INFORCE_FILE)
        if run.pricing and run.pricing.sold:
            written += (together.part / SOLD_FILE,)
            write_policies(sold_frame(run.pricing.sold), together.part / SOLD_FILE)
        write_manifest(together.part / MANIFEST, record, call.entry(folder), written, made)
        finish = stack.enter_context(kept_staged(run, record, keep, progress)) if keep else None
        together.put_in_place()
        if finish:
            finish()
    files = (workbook, results, log, inforce, sold, *([keep] if keep else ()))
    return Outcome(run, files, (*shown.cautions, *remembered(run, record, workbook)))
