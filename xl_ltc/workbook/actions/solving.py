"""The increase that reaches a target, put on the sheet ``Solve``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from xl_ltc.control import ACTUAL_TO_EXPECTED
from xl_ltc.exhibits.solve_page import solve_page
from xl_ltc.exhibits.solving import Solution, SolveRequest
from xl_ltc.exhibits.solving_by_series import SeriesSolutions, answered
from xl_ltc.exhibits.solving_case import SolveCase
from xl_ltc.pricing.analysis import PricingBasisOfRun
from xl_ltc.workbook.actions.inputs import read_inputs
from xl_ltc.workbook.actions.places import check_out, version_of
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.putting import known_by, put_pages


def solve_workbook(
    workbook: Path,
    inforce: Path | None,
    out: Path | None,
    progress: Progress,
    sold: Path | None = None,
    **asked: Any,
) -> tuple[Solution | SeriesSolutions, tuple[str, ...]]:
    """Solve for the increase that a workbook's Control sheet asks for.

    Args:
        workbook: the assumption workbook.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for what the Control sheet names.
        out: where the workbook with the sheet ``Solve`` goes; None for ``workbook`` itself.
        progress: told what is being done.
        sold: policies sold, as ``inforce``; None for what the Control sheet names.
        asked: fields of ``SolveRequest`` other than the Control sheet has them.

    Returns:
        The answer or that of each series, and what the user should know.

    Raises:
        InputError: every problem of the inputs; where there is to be one answer, no increase reaches the target.
    """
    out = out or workbook
    check_out(workbook, inforce, out)
    version = version_of(workbook)
    inputs = read_inputs(workbook, inforce, progress, out, sold)
    request = dataclasses.replace(SolveRequest.of(inputs.control), **asked)
    projected = inputs.request.projected
    if request.measure == ACTUAL_TO_EXPECTED:
        pricing = inputs.pricing(progress)
    else:
        pricing = PricingBasisOfRun(inputs.sets([projected], progress))
    case = SolveCase.of(inputs.block, inputs.history, inputs.assumptions, pricing, projected)
    found = answered(case, request, progress)
    known = known_by(inputs) | {"assumption set": projected}
    progress(f"writing {out.name}")
    return found, put_pages(workbook, version, [solve_page(found, known)], out)
