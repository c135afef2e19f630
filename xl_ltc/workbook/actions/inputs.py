"""The checked inputs of an action: assumptions, settings and history from a workbook, policies from where it says."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.assumptions.pricing.specs import BASES
from xl_ltc.assumptions.specs import BY_NAME, SPECS
from xl_ltc.control import EACH_SERIES, ILLUSTRATIVE, RECONSTRUCTED, TABLE, TOGETHER, Control
from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.experience.study import STUDY, Study, check_study, nothing_given
from xl_ltc.illustration.block import Illustration, illustrate, policies_sold
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.history import HISTORY, check_history
from xl_ltc.inforce.read import read_inforce, record_locator
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.inforce.validate import check_inforce
from xl_ltc.input_files import is_file
from xl_ltc.pricing.analysis import PricingBasisOfRun, PricingRequest
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.pricing.sold import SOLD, Sold, check_sold, reconstructed, sold_frame
from xl_ltc.projection.rules import rules_of
from xl_ltc.scenarios.specs import SPECS as SCENARIO_SPECS
from xl_ltc.tables import InputTable, clean
from xl_ltc.workbook.actions.places import WORKBOOK_ENDINGS, check_not_input, same_file
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.read import WorkbookInputs, read_tables, read_what_is_there, read_workbook

CAUTION = "Illustrative: policies, history by series and claim costs are not the company's (see docs/illustration.md)."
CLAIM_COST_CAUTION = "Illustrative claim costs: table claim_cost is the one bundled with xl_ltc, not the company's."


@dataclass(frozen=True)
class Inputs:
    """What a run stands on.

    Attributes:
        block, history, assumptions: checked.
        study: experience and original pricing.
        control: the entries of the Control sheet.
        caution: what a reader of the exhibits must know of the data, or nothing.
        sold: the policies sold, or why they are not known.
        request: which assumption sets the Control sheet asks for.
        notes: what the user may not know of the workbook's tables.
    """

    block: Block
    history: pd.DataFrame
    assumptions: AssumptionSet
    study: Study
    control: Control
    caution: str
    sold: Sold | str
    request: PricingRequest
    notes: tuple[str, ...] = ()

    def run(self, progress: Progress) -> FilingRun:
        """The run they give."""
        return run_filing(
            self.block,
            self.history,
            self.assumptions,
            progress,
            self.caution,
            self.control.scenario,
            self.study,
            self.sold,
            self.request,
        )

    def sets(self, names: Iterable[str], progress: Progress) -> AssumptionSets:
        """The assumption sets; with levels of pricing claim costs where some of these sets have such costs.

        Raises:
            InputError: a set that can't be used, by its name.
        """
        sets = AssumptionSets(self.assumptions, self.study)
        return self.pricing(progress).sets if any(sets.without_level(sets.mix(name)) for name in names) else sets

    def pricing(self, progress: Progress) -> PricingBasisOfRun:
        """Expected experience, and the assumption sets with the levels it gives."""
        return PricingBasisOfRun.of(AssumptionSets(self.assumptions, self.study), self.sold, progress)


@dataclass(frozen=True)
class WorkbookBasis:
    """The checked inputs that stand in the workbook itself."""

    inputs: WorkbookInputs
    assumptions: AssumptionSet
    history: pd.DataFrame
    study: Study


def read_inputs(
    workbook: Path, inforce: Path | None, progress: Progress, out: Path | None = None, sold: Path | None = None
) -> Inputs:
    """The checked inputs of a run.

    Args:
        workbook: the assumption workbook.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for what the Control sheet names.
        progress: told what is being done.
        out: what the action will write.
        sold: policies sold, as ``inforce``; None for what the Control sheet names.

    Raises:
        InputError: every problem of the workbook; if there is none, every problem of the files of policies; ``out`` is
            one of these.
    """
    basis = read_basis(workbook, progress)
    if out is not None:
        check_not_policies(out, workbook, inforce, sold, basis.inputs)
    return completed(basis, workbook, inforce, progress, sold)


def completed(
    basis: WorkbookBasis, workbook: Path, inforce: Path | None, progress: Progress, sold: Path | None = None
) -> Inputs:
    """The inputs of a workbook with the policies; arguments and errors as ``read_inputs``."""
    request = read_request(basis)
    block, caution = read_block(workbook, inforce, basis, progress)
    found = read_sold(workbook, inforce, sold, basis, block, progress)
    inputs = basis.inputs
    return Inputs(
        block, basis.history, basis.assumptions, basis.study, inputs.control, caution, found, request, inputs.notes
    )


def read_request(basis: WorkbookBasis) -> PricingRequest:
    """Which assumption sets the Control sheet asks for; each of them, and the series it names, must be there.

    Raises:
        InputError: a set, step or series that is none, with its cell; a table that a set needs without rows, by its
            name.
    """
    control, places = basis.inputs.control, basis.inputs.places
    sets = AssumptionSets(basis.assumptions, basis.study)
    problems = []
    for name in ("assumption_set", "attribution_from", "attribution_to"):
        chosen = getattr(control, name)
        if chosen not in sets.names:
            problems.append(Problem(places[name], f"{name} = {shown(chosen)}", one_of(sets.names)))
    allowed = (TOGETHER, EACH_SERIES, *sets.series)
    if control.solve_by not in allowed:
        problems.append(Problem(places["solve_by"], f"solve_by = {shown(control.solve_by)}", one_of(allowed)))
    try:
        request = PricingRequest.parsed(
            control.assumption_set, control.attribution_from, control.attribution_to, control.attribution_steps
        )
    except InputError as error:
        problems += [dataclasses.replace(p, place=places["attribution_steps"]) for p in error.problems]
    if problems:
        raise InputError(problems)
    used = {request.projected, *((request.begin, request.end) if len(basis.study[BASES]) else ())}
    for mix in map(sets.mix, used):
        sets.check_levels(mix)
    return request


def read_sold(
    workbook: Path,
    inforce: Path | None,
    file: Path | None,
    basis: WorkbookBasis,
    block: Block | None,
    progress: Progress,
) -> Sold | str:
    """The policies sold, or why they are not known; arguments and errors as ``read_inputs``; ``block``: None where the
    policies in force are read by partitions."""
    inputs, assumptions = basis.inputs, basis.assumptions
    source = inputs.control.policies_sold
    if file is None and source == RECONSTRUCTED:
        if inforce is None and inputs.control.inforce == ILLUSTRATIVE:
            return _illustrative_sold(assumptions)
        if block is None:
            return "The policies sold are not known: a run by partitions does not reconstruct them (use --sold FILE)."
        try:
            return reconstructed(block, assumptions)
        except InputError as error:
            return f"The policies sold are not known: {error.problems[0]}."
    given, file = file, named_file(workbook, file, source)
    place, found = inputs.places["policies_sold"], f"policies_sold = {source!r}"
    if given is None and file is not None and not is_file(file):
        raise InputError.single(place, found, f"{RECONSTRUCTED}, {TABLE}, or a file; {file} is none")
    progress(f"reading the policies sold of {(file or workbook).name}")
    table = inputs.sold if file is None else read_policies(file, SOLD.name)
    if table is None:
        allowed = f"{RECONSTRUCTED}, a file, or {TABLE} where this workbook has an Excel table {SOLD.name} with rows"
        raise InputError.single(place, found, allowed)
    return check_sold(table, rules_of(assumptions))


def _illustrative_sold(assumptions: AssumptionSet) -> Sold:
    """The policies sold that the bundled illustrative block implies, checked against an assumption set."""
    sold = policies_sold(_illustration(), bundled())
    frame = sold_frame(sold).astype(dict.fromkeys(CODED, "object"))
    checked = check_sold(InputTable(frame, record_locator("illustrative policies sold")), rules_of(assumptions))
    return dataclasses.replace(checked, how=sold.how)


@functools.lru_cache(maxsize=1)
def _illustration() -> Illustration:
    """Of one run both the policies in force and those sold."""
    return illustrate(bundled())


def read_basis(workbook: Path, progress: Progress) -> WorkbookBasis:
    """Assumptions, settings and history of a workbook.

    Raises:
        InputError: every problem of the workbook.
    """
    progress(f"reading {workbook.name}")
    inputs = _read_workbook(workbook)
    return WorkbookBasis(inputs, *_checked(inputs))


def read_block(workbook: Path, inforce: Path | None, basis: WorkbookBasis, progress: Progress) -> tuple[Block, str]:
    """The policies, and what a reader must know of the data; arguments and errors as ``read_inputs``."""
    illustrative = inforce is None and basis.inputs.control.inforce == ILLUSTRATIVE
    if illustrative:
        progress("building the illustrative block")
        table = illustrative_policies()
    else:
        table = _policies(workbook, inforce, basis.inputs, progress)
    return check_policies(table, basis.assumptions), caution_of(illustrative, basis.assumptions)


def illustrative_policies() -> InputTable:
    """The bundled illustrative block, as an in-force file."""
    frame = _illustration().block.frame
    return InputTable(frame.astype(dict.fromkeys(CODED, "object")), record_locator("illustrative block"))


def check_not_policies(
    out: Path, workbook: Path, inforce: Path | None, sold: Path | None, inputs: WorkbookInputs
) -> None:
    """Raises InputError where a file of policies would be overwritten; a table in the workbook itself is kept there."""
    control = inputs.control
    for file, words in (
        (named_file(workbook, inforce, control.inforce), "the in-force file"),
        (named_file(workbook, sold, control.policies_sold), "the file of policies sold"),
    ):
        if file is not None and not same_file(file, workbook):
            check_not_input(out, file, words)


def named_file(workbook: Path, given: Path | None, source: str) -> Path | None:
    """The file that is given, or else the one an entry of the Control sheet names; None where that names none."""
    named = source not in (ILLUSTRATIVE, RECONSTRUCTED, TABLE, "")
    return workbook.parent / source if given is None and named else given


def _policies(workbook: Path, inforce: Path | None, inputs: WorkbookInputs, progress: Progress) -> InputTable:
    """The policies in force of a file, or of the table in the workbook."""
    file = named_file(workbook, inforce, inputs.control.inforce)
    if inforce is None and file is not None and not is_file(file):
        allowed = f"{ILLUSTRATIVE}, {TABLE}, or a file; {file} is none"
        raise InputError.single(inputs.places["inforce"], f"inforce = {inputs.control.inforce!r}", allowed)
    progress(f"reading the in-force policies of {(file or workbook).name}")
    table = inputs.inforce if file is None else read_any_inforce(file)
    if file is not None and table is not None and table.note:
        progress(f"note: {table.note}")
    if table is None:
        raise InputError.single(
            workbook.name,
            "no Excel table inforce",
            "the policies in the rows of a table of that name, another source on the Control sheet, or --inforce FILE",
        )
    return table


def caution_of(illustrative: bool, assumptions: AssumptionSet) -> str:
    """What a reader must know of the data, or nothing."""
    if illustrative:
        return CAUTION
    bundled_costs = clean(bundled_tables()["claim_cost"], BY_NAME["claim_cost"])
    return CLAIM_COST_CAUTION if assumptions.tables["claim_cost"].equals(bundled_costs) else ""


def read_any_inforce(path: Path) -> InputTable:
    """In-force policies from Parquet, CSV or a worksheet table."""
    return read_policies(path, INFORCE.name)


def read_policies(path: Path, table: str) -> InputTable:
    """Policies from Parquet, CSV or an Excel table of a name."""
    return read_tables(path, (table,))[table] if path.suffix.lower() in WORKBOOK_ENDINGS else read_inforce(path)


def check_experience(table: InputTable, assumptions: AssumptionSet) -> pd.DataFrame:
    """Actual experience checked against an assumption set."""
    return check_history(table, assumptions.vocabulary("series"), assumptions.settings.valuation_date.year)


def check_policies(table: InputTable, assumptions: AssumptionSet) -> Block:
    """Policies checked against an assumption set."""
    return check_inforce(table, rules_of(assumptions))


def _read_workbook(workbook: Path) -> WorkbookInputs:
    """The inputs of a workbook; a missing table or a bad setting does not hide the bad cells of other tables."""
    try:
        return read_workbook(workbook)
    except InputError as error:
        raise InputError([*error.problems, *_bad_cells(workbook)]) from None


def _bad_cells(workbook: Path) -> list[Problem]:
    """What is wrong with the cells of the tables that are there, each table by itself."""
    specs = (*SPECS, HISTORY, *STUDY, *SCENARIO_SPECS)
    try:
        tables = read_what_is_there(workbook, [spec.name for spec in specs])
    except InputError:
        return []
    problems: list[Problem] = []
    for spec in specs:
        if spec.name in tables:
            try:
                clean(tables[spec.name], spec)
            except InputError as error:
                problems += error.problems
    return problems


def _checked(inputs: WorkbookInputs) -> tuple[AssumptionSet, pd.DataFrame, Study]:
    """Assumptions, history and study; problems of all at once, as far as each can be checked without the others."""
    problems: list[Problem] = []
    study = nothing_given()
    try:
        study = check_study(inputs.study)
    except InputError as error:
        problems += error.problems
    try:
        assumptions = AssumptionSet.from_tables(inputs.tables, inputs.settings)
    except InputError as error:
        problems = [*error.problems, *problems]
        try:
            clean(inputs.history, HISTORY)
        except InputError as of_history:
            problems += of_history.problems
        raise InputError(problems) from None
    try:
        history = check_experience(inputs.history, assumptions)
    except InputError as error:
        raise InputError([*error.problems, *problems]) from None
    if problems:
        raise InputError(problems)
    return assumptions, history, study
