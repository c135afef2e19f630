"""The command line: ``xl-ltc demo | run | check | trace | solve | sensitivities | study …``, and those of the hosts."""

from __future__ import annotations

import argparse
import atexit
import gc
import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import xl_ltc
from xl_ltc.control import EACH_SERIES, SOLVE_BEHAVIOUR, SOLVE_FOR, SOLVE_MEASURES, TOGETHER, YES
from xl_ltc_udfs import commands as hosts

# What computes is imported where it is used, so that --help need not wait for it.
if TYPE_CHECKING:
    from xl_ltc.workbook.actions import Outcome

INPUT_UNUSABLE = NOT_WRITTEN = 2
CANCELLED = 130
AUTO = "auto"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it did what was asked, 1 when a check failed, 2 when input or a file can't be used."""
    if arguments is None:
        _collect_little()
    options = _parser().parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal or pipe of another encoding shows ? for what it does not have.
        sys.stdout.reconfigure(errors="replace")
    try:
        code = _perform(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"xl-ltc {options.command}: cancelled", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        # The reader, such as head, has seen enough; by the time of the first print all files are written.
        _to_nowhere(sys.stdout)
        return 0
    return code


def _collect_little() -> None:
    """Look for rubbish less often, and not at the end.

    A run makes hundreds of thousands of small objects that live as long as the program. Looking through them each time
    that 700 more are there, and when all is done, takes a tenth of the time.
    """
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)


def _perform(options: argparse.Namespace) -> int:
    """Run the command; what the user can put right is said in words."""
    from xl_ltc.errors import InputError

    try:
        code: int = options.action(options)
    except InputError as error:
        print(f"xl-ltc {options.command}: the input can't be used; nothing was written.\n{error}", file=sys.stderr)
        return INPUT_UNUSABLE
    except BrokenPipeError:
        raise
    except OSError as error:
        from xl_ltc.files import in_words

        print(f"xl-ltc {options.command}: {in_words(error)}", file=sys.stderr)
        return INPUT_UNUSABLE
    except MemoryError:
        words = "there is not enough memory for this; policies in a Parquet file are run in parts by --partitions auto"
        print(f"xl-ltc {options.command}: {words}", file=sys.stderr)
        return INPUT_UNUSABLE
    return code


def _to_nowhere(stream: TextIO) -> None:
    """Leave a pipe that nobody reads any more, or Python says so once again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("xl-ltc", description="Long-term-care rate filings, policy by policy.")
    parser.add_argument("--version", action="version", version=f"xl-ltc {xl_ltc.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="the whole filing on the illustrative block of 77,020 policies")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the workbook and results")
    _add_keep(demo)
    demo.set_defaults(action=_demo)

    run = commands.add_parser("run", help="a run on your own assumption workbook and in-force file")
    run.add_argument("workbook", type=Path, metavar="WORKBOOK", help="assumption workbook (.xlsx, .xlsm)")
    _add_inforce(run)
    _add_sold(run)
    run.add_argument("--out", type=Path, metavar="FILE", help="workbook to write; WORKBOOK itself without it")
    run.add_argument("--results", type=Path, metavar="DIR", help="folder for the results as CSV files")
    _add_keep(run)
    words = f"read the Parquet file in so many parts, or {AUTO}: for a block larger than memory"
    run.add_argument("--partitions", type=_partitions, metavar=f"N|{AUTO}", help=words)
    run.add_argument("--cluster", metavar="ADDRESS", help="Dask scheduler that works on the parts, tcp://host:8786")
    run.set_defaults(action=_run)

    warm = commands.add_parser("warm", help="compile the projection now, else the first run does it")
    warm.set_defaults(action=_warm)

    recut = commands.add_parser("recut", help="a kept run by other columns of the policies, without running again")
    recut.add_argument("kept", type=Path, metavar="KEPT", help="folder that run or demo has written with --keep")
    words = "columns of the policies, e.g. state,benefit_period; the total alone without it"
    recut.add_argument("--by", default="", metavar="COLUMNS", help=words)
    words = "policies with this value only, e.g. state=MD; again for another value or another column"
    recut.add_argument("--only", action="append", default=[], metavar="COLUMN=VALUE", help=words)
    recut.add_argument("--years", action="store_true", help="cash flows by calendar year, too")
    words = "file to write (.csv, .xlsx, .parquet); to the screen without it"
    recut.add_argument("--out", type=Path, metavar="FILE", help=words)
    recut.set_defaults(action=_recut)

    compare = commands.add_parser("compare", help="what changed between the runs of two workbooks")
    compare.add_argument("before", type=Path, metavar="A", help="a workbook a run has written")
    compare.add_argument("after", type=Path, metavar="B", help="another, or the same after a later run")
    compare.add_argument("--out", type=Path, metavar="FILE", help="workbook to write the changes to (.xlsx)")
    compare.set_defaults(action=_compare)

    reconcile = commands.add_parser("reconcile", help="every published number beside the computed one")
    reconcile.add_argument("--json", action="store_true", help="all of it as JSON")
    reconcile.set_defaults(action=_reconcile)

    again = commands.add_parser("reproduce", help="a recorded run done again and compared; 1 if anything differs")
    words = "manifest.json beside results, or a workbook that a run has written"
    again.add_argument("manifest", type=Path, metavar="MANIFEST|WORKBOOK", help=words)
    words = "folder with the files the run has read, if they are not where they were; they are known by their hashes"
    again.add_argument("--inputs", type=Path, metavar="DIR", help=words)
    again.add_argument("--out", type=Path, metavar="FILE", help="file for the report; JSON if it ends in .json")
    again.set_defaults(action=_reproduce)

    trace = commands.add_parser("trace", help="every factor of one policy's projection, as a table or in a workbook")
    trace.add_argument("--policy", metavar="ID", help="without it the one the Control sheet names, or the first")
    trace.add_argument("--workbook", type=Path, help="assumption workbook; the bundled assumptions without it")
    trace.add_argument("--inforce", type=Path, metavar="FILE", help="in-force file; the illustrative block without it")
    trace.add_argument(
        "--out", type=Path, metavar="FILE", help="CSV, or workbook for the audit's sheets; to the screen without it"
    )
    trace.set_defaults(action=_trace)

    check = commands.add_parser("check", help="every problem of a workbook and its policies; 1 if there are any")
    check.add_argument("workbook", type=Path, metavar="WORKBOOK", help="assumption workbook (.xlsx, .xlsm)")
    _add_inforce(check)
    _add_sold(check)
    check.add_argument("--out", type=Path, metavar="FILE", help="workbook for the sheet Input checks; may be WORKBOOK")
    check.set_defaults(action=_check)

    solve = commands.add_parser("solve", help="the increase that reaches a target, on the sheet Solve")
    solve.add_argument("workbook", type=Path, metavar="WORKBOOK", help="assumption workbook (.xlsx, .xlsm)")
    _add_inforce(solve)
    _add_sold(solve)
    solve.add_argument("--for", dest="solve_for", choices=SOLVE_FOR, help="the Control sheet's without it")
    solve.add_argument("--measure", choices=SOLVE_MEASURES, help="likewise")
    solve.add_argument("--target", type=float, help="a fraction, e.g. 1.0 for a loss ratio of 100%%; likewise")
    words = f"{TOGETHER} together, each {EACH_SERIES} by itself, or one by its name; likewise"
    solve.add_argument("--by", metavar=f"{TOGETHER}|{EACH_SERIES}|NAME", help=words)
    solve.add_argument("--behaviour", choices=SOLVE_BEHAVIOUR, help="whether insureds react; likewise")
    solve.add_argument("--out", type=Path, metavar="FILE", help="workbook to write; WORKBOOK itself without it")
    solve.set_defaults(action=_solve)

    attribute = commands.add_parser("attribute", help="what each assumption's change did, on the sheet Attribution")
    attribute.add_argument("workbook", type=Path, metavar="WORKBOOK", help="assumption workbook (.xlsx, .xlsm)")
    _add_inforce(attribute)
    _add_sold(attribute)
    attribute.add_argument("--from", dest="begin", metavar="SET", help="the Control sheet's without it")
    attribute.add_argument("--to", dest="end", metavar="SET", help="likewise")
    attribute.add_argument("--steps", metavar="LIST", help="e.g. 'mortality, lapse'; likewise")
    attribute.add_argument("--earlier", type=Path, metavar="WORKBOOK", help="an earlier filing, to begin with")
    attribute.add_argument("--earlier-inforce", type=Path, metavar="FILE", help="its policies in force")
    attribute.add_argument("--out", type=Path, metavar="FILE", help="workbook to write; WORKBOOK itself without it")
    attribute.set_defaults(action=_attribute)

    sets = commands.add_parser("compare-sets", help="assumption sets beside each other, on the sheet Set comparison")
    sets.add_argument("workbook", type=Path, metavar="WORKBOOK", help="assumption workbook (.xlsx, .xlsm)")
    sets.add_argument("sets", nargs="*", metavar="SET", help="two or more; those of section 18 without any")
    _add_inforce(sets)
    _add_sold(sets)
    sets.add_argument("--out", type=Path, metavar="FILE", help="workbook to write; WORKBOOK itself without it")
    sets.set_defaults(action=_compare_sets)
    sensitivities = commands.add_parser("sensitivities", help="scenarios and grids, on the sheet Sensitivities")
    sensitivities.add_argument("workbook", type=Path, metavar="WORKBOOK", help="assumption workbook (.xlsx, .xlsm)")
    _add_inforce(sensitivities)
    _add_sold(sensitivities)
    sensitivities.add_argument("--out", type=Path, metavar="FILE", help="workbook to write; WORKBOOK itself without it")
    words = "scenarios or grids to run, by their names; all of them without it"
    sensitivities.add_argument("--scenario", nargs="+", default=[], metavar="NAME", help=words)
    sensitivities.add_argument("--results", type=Path, metavar="DIR", help="folder for the runs as a CSV file")
    sensitivities.set_defaults(action=_sensitivities)

    study = commands.add_parser("study", help="an experience study: exposure, actual to expected, fitted factors")
    words = "a study's workbook, or histories or cells (.parquet, .csv, .xlsx); illustrative histories without it"
    study.add_argument("data", nargs="?", type=Path, metavar="WORKBOOK|DATA", help=words)
    study.add_argument("--claims", type=Path, metavar="FILE", help="claims of the histories (.parquet, .csv, .xlsx)")
    study.add_argument("--out", type=Path, metavar="DIR|FILE", help="folder, or workbook; WORKBOOK itself without it")
    study.set_defaults(action=_study)

    carry = commands.add_parser("carry", help="fitted factors and experience of a study into a filing workbook")
    carry.add_argument("workbook", type=Path, metavar="WORKBOOK", help="a study's workbook, run before")
    carry.add_argument("--into", type=Path, metavar="FILING", help="what the Study sheet names without it")
    carry.add_argument("--out", type=Path, metavar="FILE", help="filing workbook to write; FILING itself without it")
    carry.set_defaults(action=_carry)
    hosts.add(commands)
    return parser


def _add_inforce(command: argparse.ArgumentParser) -> None:
    words = "Parquet, CSV or workbook with a table inforce; what the Control sheet names without it"
    command.add_argument("--inforce", type=Path, metavar="FILE", help=words)


def _add_sold(command: argparse.ArgumentParser) -> None:
    words = "policies sold, for what pricing expected: Parquet, CSV or workbook; what Control names without it"
    command.add_argument("--sold", type=Path, metavar="FILE", help=words)


def _add_keep(command: argparse.ArgumentParser) -> None:
    words = "folder to keep the results in policy by policy, for xl-ltc recut"
    command.add_argument("--keep", type=Path, metavar="FOLDER", help=words)


class _Progress:
    """Says on the error stream what is being done and how long it has taken."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def __call__(self, doing: str) -> None:
        from xl_ltc.errors import one_line

        try:
            print(f"[{time.perf_counter() - self._start:5.1f} s] {one_line(doing)}", file=sys.stderr, flush=True)
        except BrokenPipeError:
            _to_nowhere(sys.stderr)  # a run is not stopped by who stops watching it


def _demo(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.workbook.actions import demo

    outcome = demo(options.out, progress, options.keep)
    progress("done")
    _say(outcome)
    return 0


def _run(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    if options.partitions is not None or options.cluster is not None:
        return _run_by_partitions(options, progress)
    from xl_ltc.workbook.actions import run_workbook

    outcome = run_workbook(
        options.workbook, options.inforce, options.out, options.results, progress, options.sold, options.keep
    )
    progress("done")
    _say(outcome)
    return _told(options, outcome.unwritten)


def _recut(options: argparse.Namespace) -> int:
    from xl_ltc.errors import InputError
    from xl_ltc.workbook.recutting import recut_kept

    by = [name.strip() for name in options.by.split(",")] if options.by.strip() else []
    only = []
    for condition in options.only:
        name, equals, value = condition.partition("=")
        if not equals:
            raise InputError.single("--only", repr(condition), "COLUMN=VALUE, such as state=MD")
        only.append((name.strip(), value.strip()))
    outcome = recut_kept(options.kept, by, only, options.out, years=options.years)
    _tell([outcome.text] if options.out is None else [outcome.title], outcome.notes, outcome.files)
    return 0


def _run_by_partitions(options: argparse.Namespace, progress: _Progress) -> int:
    from xl_ltc.workbook.actions import run_by_partitions

    partitions = None if options.partitions == AUTO else options.partitions
    outcome = run_by_partitions(
        options.workbook,
        options.inforce,
        options.results,
        progress,
        options.sold,
        options.keep,
        partitions,
        options.cluster,
        options.out,
    )
    progress("done")
    _say(outcome)
    return _told(options, outcome.unwritten)


def _partitions(word: str) -> int | str:
    """A number of partitions, or ``auto``."""
    if word == AUTO:
        return word
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is neither a whole number of at least 1 nor {AUTO}")
    return int(word)


def _say(outcome: Outcome) -> None:
    """The summary a person reads at the end."""
    _tell(outcome.summary, outcome.warnings, outcome.files)


def _tell(lines: Iterable[str], warnings: Iterable[str], files: Iterable[Path]) -> None:
    from xl_ltc.errors import one_line

    for line in lines:
        print(line)
    for told in (*(f"Note: {warning}" for warning in warnings), *(f"Written: {file}" for file in files)):
        print(one_line(told))


def _told(options: argparse.Namespace, unwritten: Sequence[str]) -> int:
    """The exit status of an action that has written its workbook or results, and what of the rest is not written."""
    for words in unwritten:
        print(f"xl-ltc {options.command}: {words}", file=sys.stderr)
    return NOT_WRITTEN if unwritten else 0


def _warm(_: argparse.Namespace) -> int:
    progress = _Progress()
    progress("compiling the projection")
    from xl_ltc.workbook.actions import warm_up

    warm_up()
    progress("done")
    return 0


def _check(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.workbook.actions import check_inputs

    found = check_inputs(options.workbook, options.inforce, options.out, progress, options.sold)
    progress("done")
    _tell([found.summary, *map(str, found.problems)], found.notes, found.files)
    return 0 if found.block is not None else 1


def _solve(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.workbook.actions import solve_workbook

    asked = {name: getattr(options, name) for name in ("solve_for", "measure", "target", "by")}
    asked["behaviour"] = None if options.behaviour is None else options.behaviour == YES
    given = {name: value for name, value in asked.items() if value is not None}
    solution, warnings = solve_workbook(options.workbook, options.inforce, options.out, progress, options.sold, **given)
    progress("done")
    _tell([solution.summary], warnings, (options.out or options.workbook,))
    return 0


def _attribute(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.exhibits.summaries import attribution_summary
    from xl_ltc.workbook.actions import Files, attribute_workbook

    files = Files(options.workbook, options.inforce, options.sold, options.out)
    found, warnings = attribute_workbook(
        files,
        progress,
        begin=options.begin,
        end=options.end,
        steps=options.steps,
        earlier=options.earlier,
        earlier_inforce=options.earlier_inforce,
    )
    progress("done")
    _tell(attribution_summary(found), warnings, (options.out or options.workbook,))
    return 0


def _compare_sets(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.exhibits.summaries import sets_summary
    from xl_ltc.workbook.actions import Files, compare_sets_workbook

    files = Files(options.workbook, options.inforce, options.sold, options.out)
    found, warnings = compare_sets_workbook(files, options.sets, progress)
    progress("done")
    _tell(sets_summary(found), warnings, (options.out or options.workbook,))
    return 0


def _sensitivities(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.workbook.actions import sensitivities_workbook

    outcome = sensitivities_workbook(
        options.workbook, options.inforce, options.out, options.results, progress, options.scenario, options.sold
    )
    progress("done")
    _tell(outcome.summary, outcome.warnings, outcome.files)
    return _told(options, outcome.unwritten)


def _study(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.workbook.actions import study

    outcome = study(options.data, options.claims, options.out, progress)
    progress("done")
    _tell(outcome.summary, outcome.warnings, outcome.files)
    return _told(options, outcome.unwritten)


def _carry(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.workbook.actions import carry_study

    carried = carry_study(options.workbook, options.into, options.out, None, progress)
    progress("done")
    _tell(carried.summary, carried.warnings, (carried.out, options.workbook))
    return 0


def _compare(options: argparse.Namespace) -> int:
    from xl_ltc.workbook.actions import compare_runs

    print(compare_runs(options.before, options.after, options.out))
    if options.out is not None:
        print(f"Written: {options.out}")
    return 0


def _reconcile(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.exhibits.reconcile import as_records, failed, reconcile, report
    from xl_ltc.workbook.actions import illustrative_run

    checks = reconcile(illustrative_run(progress))
    # JSON with escapes only, so that it is the same in every encoding.
    print(json.dumps(as_records(checks), indent=1) if options.json else report(checks))
    wrong = failed(checks)
    if wrong:
        print(f"xl-ltc reconcile: {len(wrong):,} of {len(checks):,} numbers differ", file=sys.stderr)
    return 1 if wrong else 0


def _reproduce(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.workbook.actions import reproduce

    made = reproduce(options.manifest, options.inputs, options.out, progress)
    progress("done")
    _tell([made.text], (), () if options.out is None else (options.out,))
    return 0 if made.agrees else 1


def _trace(options: argparse.Namespace) -> int:
    progress = _Progress()
    progress("loading")
    from xl_ltc.errors import InputError
    from xl_ltc.workbook.actions import audit_policy, trace_policy
    from xl_ltc.workbook.actions.places import WORKBOOK_ENDINGS

    if options.out is not None and options.out.suffix.lower() in WORKBOOK_ENDINGS:
        if options.workbook is None:
            raise InputError.single("--workbook", "nothing", "the workbook that the audit is to stand in")
        policy_id, warnings = audit_policy(options.workbook, options.policy, options.inforce, options.out, progress)
        progress("done")
        _tell([f"Policy {policy_id} is on the sheet Policy audit"], warnings, (options.out,))
        return 0
    table = trace_policy(options.policy, options.workbook, options.inforce, progress, options.out)
    if options.out is not None:
        print(f"Written: {options.out}")
    else:
        sys.stdout.write(table.to_csv(index=False, lineterminator="\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
