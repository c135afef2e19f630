"""The checked inputs of an action: assumptions, settings and history from a workbook, policies from where it says."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.assumptions.pricing.specs import CURRENT
from xl_ltc.assumptions.specs import BY_NAME, LAST_AGE, SPECS
from xl_ltc.control import EACH_SERIES, ILLUSTRATIVE, RECONSTRUCTED, TABLE, TOGETHER, Control
from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.experience.study import STUDY, Study, check_study, nothing_given
from xl_ltc.illustration.block import Illustration, illustrate, policies_sold
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.history import HISTORY, check_history
from xl_ltc.inforce.read import read_inforce, record_locator
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.inforce.validate import InforceRules, check_inforce
from xl_ltc.pricing.analysis import PricingBasisOfRun, PricingRequest
from xl_ltc.pricing.sets import AssumptionSets, Mix
from xl_ltc.pricing.sold import SOLD, Sold, check_sold, reconstructed
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
    """

    block: Block
    history: pd.DataFrame
    assumptions: AssumptionSet
    study: Study
    control: Control
    caution: str
    sold: Sold | str
    request: PricingRequest

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

    def projected(self, progress: Progress) -> tuple[AssumptionSets, Mix]:
        """The set that is projected, and the sets it is of, with levels of pricing claim costs where it has some."""
        sets = AssumptionSets(self.assumptions, self.study)
        mix = sets.mix(self.request.projected)
        priced = any(choice["morbidity"] != CURRENT for choice in mix.choices)
        return (self.pricing(progress).sets if priced else sets), mix

    def pricing(self, progress: Progress) -> PricingBasisOfRun:
        """Expected experience, and the assumption sets."""
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
        check_not_inforce(out, workbook, inforce, basis.inputs)
        check_not_sold(out, workbook, sold, basis.inputs)
    return completed(basis, workbook, inforce, progress, sold)


def completed(
    basis: WorkbookBasis, workbook: Path, inforce: Path | None, progress: Progress, sold: Path | None = None
) -> Inputs:
    """The inputs of a workbook with the policies; arguments and errors as ``read_inputs``."""
    request = read_request(basis)
    block, caution = read_block(workbook, inforce, basis, progress)
    found = read_sold(workbook, inforce, sold, basis, block, progress)
    return Inputs(block, basis.history, basis.assumptions, basis.study, basis.inputs.control, caution, found, request)


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
    sets.mix(control.assumption_set)
    return request


def read_sold(
    workbook: Path, inforce: Path | None, file: Path | None, basis: WorkbookBasis, block: Block, progress: Progress
) -> Sold | str:
    """The policies sold, or why they are not known; arguments and errors as ``read_inputs``."""
    control, assumptions = basis.inputs.control, basis.assumptions
    if file is None and control.policies_sold == RECONSTRUCTED:
        if inforce is None and control.inforce == ILLUSTRATIVE:
            return illustrative_sold()
        try:
            return reconstructed(block, assumptions)
        except InputError as error:
            return f"The policies sold are not known: {error.problems[0]}."
    given, file = file, sold_file(workbook, file, basis.inputs)
    place, found = basis.inputs.places["policies_sold"], f"policies_sold = {control.policies_sold!r}"
    if given is None and file is not None and not file.is_file():
        raise InputError.single(place, found, f"{RECONSTRUCTED}, {TABLE}, or a file; {file} is none")
    if file is None and SOLD.name not in read_what_is_there(workbook, [SOLD.name]):
        allowed = f"{RECONSTRUCTED}, a file, or {TABLE} where this workbook has an Excel table {SOLD.name} with rows"
        raise InputError.single(place, found, allowed)
    where = workbook if file is None else file
    progress(f"reading the policies sold of {where.name}")
    if where.suffix.lower() in WORKBOOK_ENDINGS:
        table = read_tables(where, (SOLD.name,))[SOLD.name]
    else:
        table = read_inforce(where)
    return check_sold(table, _rules(assumptions))


def sold_file(workbook: Path, given: Path | None, inputs: WorkbookInputs) -> Path | None:
    """The file of policies sold that is given, or else the one the Control sheet names; None where it names none."""
    source = inputs.control.policies_sold
    return workbook.parent / source if given is None and source not in (RECONSTRUCTED, TABLE) else given


def illustrative_sold() -> Sold:
    """The policies sold that the bundled illustrative block implies."""
    return policies_sold(_illustration(), bundled())


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
    return check_policies(table, basis.assumptions), _caution(illustrative, basis.assumptions)


def illustrative_policies() -> InputTable:
    """The bundled illustrative block, as an in-force file."""
    frame = _illustration().block.frame
    return InputTable(frame.astype(dict.fromkeys(CODED, "object")), record_locator("illustrative block"))


def check_not_inforce(out: Path, workbook: Path, inforce: Path | None, inputs: WorkbookInputs) -> None:
    """Raises InputError where the policies would be overwritten; a table in the workbook itself is kept there."""
    file = _inforce_file(workbook, inforce, inputs)
    if file is not None and not same_file(file, workbook):
        check_not_input(out, file)


def check_not_sold(out: Path, workbook: Path, sold: Path | None, inputs: WorkbookInputs) -> None:
    """Raises InputError where the policies sold would be overwritten."""
    file = sold_file(workbook, sold, inputs)
    if file is not None and not same_file(file, workbook):
        check_not_input(out, file, "the file of policies sold")


def _inforce_file(workbook: Path, inforce: Path | None, inputs: WorkbookInputs) -> Path | None:
    """The in-force file that is given, or else the one the Control sheet names; None where that names none."""
    source = inputs.control.inforce
    return workbook.parent / source if inforce is None and source not in (ILLUSTRATIVE, TABLE, "") else inforce


def _policies(workbook: Path, inforce: Path | None, inputs: WorkbookInputs, progress: Progress) -> InputTable:
    """The policies in force of a file, or of the table in the workbook."""
    file = _inforce_file(workbook, inforce, inputs)
    if inforce is None and file is not None and not file.is_file():
        allowed = f"{ILLUSTRATIVE}, {TABLE}, or a file; {file} is none"
        raise InputError.single(inputs.places["inforce"], f"inforce = {inputs.control.inforce!r}", allowed)
    progress(f"reading the in-force policies of {(file or workbook).name}")
    table = inputs.inforce if file is None else read_any_inforce(file)
    if table is None:
        raise InputError.single(
            workbook.name,
            "no Excel table inforce",
            "the policies in the rows of a table of that name, another source on the Control sheet, or --inforce FILE",
        )
    return table


def _caution(illustrative: bool, assumptions: AssumptionSet) -> str:
    if illustrative:
        return CAUTION
    bundled_costs = clean(bundled_tables()["claim_cost"], BY_NAME["claim_cost"])
    return CLAIM_COST_CAUTION if assumptions.tables["claim_cost"].equals(bundled_costs) else ""


def read_any_inforce(path: Path) -> InputTable:
    """In-force policies from Parquet, CSV or a worksheet table."""
    if path.suffix.lower() in WORKBOOK_ENDINGS:
        return read_tables(path, (INFORCE.name,))[INFORCE.name]
    return read_inforce(path)


def check_experience(table: InputTable, assumptions: AssumptionSet) -> pd.DataFrame:
    """Actual experience checked against an assumption set."""
    return check_history(table, assumptions.vocabulary("series"), assumptions.settings.valuation_date.year)


def check_policies(table: InputTable, assumptions: AssumptionSet) -> Block:
    """Policies checked against an assumption set."""
    return check_inforce(table, _rules(assumptions))


def _rules(assumptions: AssumptionSet) -> InforceRules:
    premium = assumptions.premium
    return InforceRules(
        vocabulary={name: assumptions.vocabulary(name) for name in CODED},
        valuation_date=assumptions.settings.valuation_date,
        first_issue_year=int(assumptions.valuation_interest.issue_year_from[0]),
        last_age=LAST_AGE,
        payment_years=dict(zip(premium.options, premium.years.tolist(), strict=True)),
        payment_to_age=dict(zip(premium.options, premium.to_age.tolist(), strict=True)),
    )


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
