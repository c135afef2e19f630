"""The checked inputs of an action: assumptions, settings and history from a workbook, policies from where it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled, bundled_tables
from xl_ltc.assumptions.specs import BY_NAME, LAST_AGE, SPECS
from xl_ltc.control import ILLUSTRATIVE, TABLE, Control
from xl_ltc.errors import InputError, Problem
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.experience.study import STUDY, Study, check_study, nothing_given
from xl_ltc.illustration.block import illustrate
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.history import HISTORY, check_history
from xl_ltc.inforce.read import read_inforce, record_locator
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.inforce.validate import InforceRules, check_inforce
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
    """

    block: Block
    history: pd.DataFrame
    assumptions: AssumptionSet
    study: Study
    control: Control
    caution: str

    def run(self, progress: Progress) -> FilingRun:
        """The run they give."""
        scenario = self.control.scenario
        return run_filing(self.block, self.history, self.assumptions, progress, self.caution, scenario, self.study)


@dataclass(frozen=True)
class WorkbookBasis:
    """The checked inputs that stand in the workbook itself."""

    inputs: WorkbookInputs
    assumptions: AssumptionSet
    history: pd.DataFrame
    study: Study


def read_inputs(workbook: Path, inforce: Path | None, progress: Progress, out: Path | None = None) -> Inputs:
    """The checked inputs of a run.

    Args:
        workbook: the assumption workbook.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for what the Control sheet names.
        progress: told what is being done.
        out: what the action will write.

    Raises:
        InputError: every problem of the workbook; if there is none, every problem of the in-force file; ``out`` is the
            in-force file.
    """
    basis = read_basis(workbook, progress)
    if out is not None:
        check_not_inforce(out, workbook, inforce, basis.inputs)
    block, caution = read_block(workbook, inforce, basis, progress)
    return Inputs(block, basis.history, basis.assumptions, basis.study, basis.inputs.control, caution)


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
    frame = illustrate(bundled()).block.frame
    return InputTable(frame.astype(dict.fromkeys(CODED, "object")), record_locator("illustrative block"))


def check_not_inforce(out: Path, workbook: Path, inforce: Path | None, inputs: WorkbookInputs) -> None:
    """Raises InputError where the policies would be overwritten; a table in the workbook itself is kept there."""
    file = _inforce_file(workbook, inforce, inputs)
    if file is not None and not same_file(file, workbook):
        check_not_input(out, file)


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
    premium = assumptions.premium
    rules = InforceRules(
        vocabulary={name: assumptions.vocabulary(name) for name in CODED},
        valuation_date=assumptions.settings.valuation_date,
        first_issue_year=int(assumptions.valuation_interest.issue_year_from[0]),
        last_age=LAST_AGE,
        payment_years=dict(zip(premium.options, premium.years.tolist(), strict=True)),
        payment_to_age=dict(zip(premium.options, premium.to_age.tolist(), strict=True)),
    )
    return check_inforce(table, rules)


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
