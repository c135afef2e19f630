"""Assumption sets compared and attributed: between sets of one workbook, and from an earlier filing to this one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.specs import CURRENT
from xl_ltc.errors import InputError, one_of
from xl_ltc.exhibits.attribution_page import attribution_page
from xl_ltc.exhibits.attribution_tables import EXPECTED_WORDS
from xl_ltc.exhibits.manifest import assumptions_hash
from xl_ltc.exhibits.set_comparison import set_comparison_page
from xl_ltc.experience.study import Study
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED
from xl_ltc.pricing.analysis import PricingRequest
from xl_ltc.pricing.attribution import Attribution, Valued, as_expected, attribute, valued_now
from xl_ltc.pricing.comparison import SetRates, compare_sets
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.projection.results import from_history
from xl_ltc.workbook.actions.inputs import Inputs, check_not_policies, read_basis, read_block, read_inputs
from xl_ltc.workbook.actions.places import check_not_input, check_out, same_file, version_of
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.putting import known_by, put_pages

EARLIER = "earlier filing"
"""The set that an earlier filing's assumptions are here."""


@dataclasses.dataclass(frozen=True)
class Files:
    """Where an action's inputs and its result are.

    Attributes:
        workbook: the assumption workbook.
        inforce, sold: files of policies in force and sold; None for what the Control sheet names.
        out: where the result goes; None for ``workbook`` itself.
    """

    workbook: Path
    inforce: Path | None = None
    sold: Path | None = None
    out: Path | None = None


def attribute_workbook(
    files: Files,
    progress: Progress,
    *,
    begin: str | None = None,
    end: str | None = None,
    steps: str | None = None,
    earlier: Path | None = None,
    earlier_inforce: Path | None = None,
) -> tuple[Attribution, tuple[str, ...]]:
    """Put the sheet Attribution into a workbook.

    Args:
        files: of the filing.
        progress: told what is being done.
        begin, end, steps: other than the Control sheet has them; the steps with commas between them.
        earlier: the workbook of an earlier filing, whose assumptions are the set to begin with; its own loss ratio, at
            its own date, is the first line.
        earlier_inforce: its policies in force; None for what its Control sheet names.

    Returns:
        The attribution, and what the user should know.

    Raises:
        InputError: every problem of the inputs; a set that can't be used; expected experience that is not known.
    """
    out = files.out or files.workbook
    check_out(files.workbook, files.inforce, out)
    if earlier is None and earlier_inforce is not None:
        raise InputError.single("--earlier-inforce", str(earlier_inforce), "together with --earlier, its workbook")
    version = version_of(files.workbook)
    inputs = read_inputs(files.workbook, files.inforce, progress, out, files.sold)
    asked = inputs.request
    steps = ", ".join(asked.steps) if steps is None else steps
    begin = begin or (asked.begin if earlier is None else EARLIER)
    request = PricingRequest.parsed(asked.projected, begin, end or asked.end, steps)
    words = EXPECTED_WORDS
    if earlier is None:
        pricing = inputs.pricing(progress)
        sets, start = pricing.sets, as_expected(pricing.expected) if pricing.expected else None
    else:
        before = _read_earlier(earlier, earlier_inforce, files, out, progress)
        sets = _with_earlier(inputs, before, (request.begin, request.end), progress)
        start, words = _at_its_own_date(before, earlier.name, progress)
    found = attribute(
        inputs.block,
        from_history(inputs.history),
        sets,
        sets.mix(request.begin),
        sets.mix(request.end),
        request.steps,
        start,
        progress,
    )
    progress(f"writing {out.name}")
    year = inputs.assumptions.settings.valuation_date.year
    known = known_by(inputs) | ({} if earlier is None else {EARLIER: assumptions_hash(before.assumptions)[:8]})
    page = attribution_page(found, sets.series, year, known, words)
    why = () if start is not None else (f"It begins with history. {pricing.missing}",)
    return found, (*why, *put_pages(files.workbook, version, [page], out, lists=[page.sheet]))


@dataclasses.dataclass(frozen=True)
class _Earlier:
    """An earlier filing: what an attribution that begins with it needs."""

    block: Block
    history: pd.DataFrame
    assumptions: AssumptionSet
    study: Study


def _read_earlier(workbook: Path, inforce: Path | None, files: Files, out: Path, progress: Progress) -> _Earlier:
    """An earlier filing's inputs; of pricing and of policies sold nothing is needed.

    Raises:
        InputError: every problem of them; one of its files would be written over; it projects another set than its
            current assumptions.
    """
    if not same_file(workbook, files.workbook):
        check_not_input(out, workbook, "the earlier filing's workbook")
    basis = read_basis(workbook, progress)
    check_not_policies(out, workbook, inforce, None, basis.inputs)
    control = basis.inputs.control
    if control.assumption_set != CURRENT:
        found = f"the earlier filing's assumption_set = {control.assumption_set!r}"
        raise InputError.single(f"{workbook.name}, Control", found, CURRENT)
    block, _ = read_block(workbook, inforce, basis, progress)
    return _Earlier(block, basis.history, basis.assumptions, basis.study)


def _at_its_own_date(before: _Earlier, name: str, progress: Progress) -> tuple[Valued, str]:
    """An earlier filing's own values, and what the line is called."""
    sets = AssumptionSets(before.assumptions, before.study)
    progress(f"projecting the {len(before.block):,} policies of {name}")
    values = valued_now(before.block, from_history(before.history), sets, sets.mix(CURRENT))
    return values, f"The earlier filing ({name}) at its own date, {before.assumptions.settings.valuation_date}"


def _with_earlier(inputs: Inputs, before: _Earlier, names: Sequence[str], progress: Progress) -> AssumptionSets:
    """The sets of this filing, and the assumptions of the earlier one among them.

    Raises:
        InputError: categories that are not the same in both filings.
    """
    for name in CODED:
        now, then = inputs.assumptions.vocabulary(name), before.assumptions.vocabulary(name)
        if now != then:
            raise InputError.single(
                f"the earlier filing, {name}", one_of(then), f"the same in the same order as now: {one_of(now)}"
            )
    sets = inputs.sets([name for name in names if name != EARLIER], progress)
    return dataclasses.replace(sets, others={EARLIER: before.assumptions})


def compare_sets_workbook(
    files: Files, names: Sequence[str], progress: Progress
) -> tuple[tuple[SetRates, ...], tuple[str, ...]]:
    """Put the sheet Set comparison into a workbook.

    Args:
        files: of the filing.
        names: of two sets or more; none for those of section 18 on the Control sheet.
        progress: told what is being done.

    Returns:
        The sets' rates, and what the user should know.

    Raises:
        InputError: every problem of the inputs; a set that can't be used, by its name.
    """
    out = files.out or files.workbook
    check_out(files.workbook, files.inforce, out)
    version = version_of(files.workbook)
    inputs = read_inputs(files.workbook, files.inforce, progress, out, files.sold)
    names = list(dict.fromkeys(names)) or [inputs.request.begin, inputs.request.end]
    if len(names) < 2:
        raise InputError.single("assumption sets", f"only {names[0]}", "two sets or more")
    sets = inputs.sets(names, progress)
    found = compare_sets(inputs.block, from_history(inputs.history), sets, names, progress)
    progress(f"writing {out.name}")
    page = set_comparison_page(found, sets.series, known_by(inputs))
    return found, put_pages(files.workbook, version, [page], out, lists=[page.sheet])
