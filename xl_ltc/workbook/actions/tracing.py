"""One policy's projection, year by year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.assumptions.pricing.specs import CURRENT
from xl_ltc.errors import InputError
from xl_ltc.exhibits.audit import audit_pages
from xl_ltc.illustration.block import illustrate
from xl_ltc.inforce.block import Block
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.workbook.actions.inputs import Inputs, check_policies, read_any_inforce, read_inputs
from xl_ltc.workbook.actions.places import check_file, check_not_input, check_out, version_of, write_text
from xl_ltc.workbook.actions.progress import Progress
from xl_ltc.workbook.actions.putting import put_pages


def trace_policy(
    policy_id: str | None, workbook: Path | None, inforce: Path | None, progress: Progress, out: Path | None = None
) -> pd.DataFrame:
    """Every factor of every segment of one policy's projection; see ``projection.trace.trace``.

    Args:
        policy_id: which policy; None for the one that the Control sheet names, or the first.
        workbook, inforce: where it is; None for the bundled assumptions and the illustrative block.
        out: CSV file to write it to, whole or not at all; or None.

    Raises:
        InputError: every problem of the inputs; no such policy; a file that can't be written.
    """
    if out is not None:
        check_file(out, (".csv",))
        check_not_input(out, inforce)
    if workbook is None:
        assumptions = bundled()
        if inforce is None:
            progress("building the illustrative block")
            block = illustrate(assumptions).block
        else:
            block = check_policies(read_any_inforce(inforce), assumptions)
    else:
        inputs = read_inputs(workbook, inforce, progress, out)
        _check_current(inputs)
        block, assumptions = inputs.block, inputs.assumptions
        policy_id = _of_control(inputs) if policy_id is None else policy_id
    chosen = _first(block) if policy_id is None else policy_id
    table = trace(block, assumptions, policy_increase(block, assumptions).impact, chosen)
    if out is not None:
        write_text(out, table.to_csv(index=False, lineterminator="\n"))
    return table


def audit_policy(
    workbook: Path, policy_id: str | None, inforce: Path | None, out: Path | None, progress: Progress
) -> tuple[str, tuple[str, ...]]:
    """Put the audit of a policy into a workbook: its projection by formulas beside the engine's values.

    Args:
        workbook: the assumption workbook.
        policy_id: which policy; None for the one that the Control sheet names, or the first.
        inforce: Parquet, CSV, or a workbook with a table ``inforce``; None for what the Control sheet names.
        out: where the result goes; None for ``workbook`` itself.
        progress: told what is being done.

    Returns:
        The policy, and what the user should know.

    Raises:
        InputError: every problem of the inputs; no such policy.
    """
    out = out or workbook
    check_out(workbook, inforce, out)
    version = version_of(workbook)
    inputs = read_inputs(workbook, inforce, progress, out)
    _check_current(inputs)
    chosen = _of_control(inputs) if policy_id is None else policy_id
    progress(f"recomputing policy {chosen}")
    pages = audit_pages(inputs.block, inputs.assumptions, [chosen])
    progress(f"writing {out.name}")
    return chosen, put_pages(workbook, version, pages, out)


def _check_current(inputs: Inputs) -> None:
    """Raises InputError where another set than the current assumptions is projected: the audit knows only these."""
    if inputs.request.projected != CURRENT:
        found = f"assumption_set = {inputs.request.projected!r}"
        raise InputError.single(
            "Trace policy", found, f"{CURRENT}: the audit's formulas are over the assumption sheets"
        )


def _of_control(inputs: Inputs) -> str:
    return inputs.control.trace_policy or _first(inputs.block)


def _first(block: Block) -> str:
    return str(block.frame["policy_id"].iloc[0])
