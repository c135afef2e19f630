"""The policy audit: LibreOffice recomputes policies from the assumption sheets and comes to the engine's values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests.udfs.calc_office import Office
from tests.workbook.recalculate import formulas, recalculated, values
from tests.workbook.test_render_recalculation import differences
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.errors import InputError
from xl_ltc.exhibits.audit import audit_pages, sample_policies
from xl_ltc.exhibits.audit.pages import AGREES, DIFFERS, SHEET
from xl_ltc.exhibits.audit.segments import SHEET as SEGMENTS
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED
from xl_ltc.projection.project import project
from xl_ltc.projection.results import KERNEL_COLUMNS
from xl_ltc.projection.trace import trace
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings
from xl_ltc.workbook.policy_audit import write_policy_audit

RELATIVE = 1e-9
TRACED = {
    "Base hazard": "mortality_base_hazard",
    "q": "mortality_q",
    "Lapse": "lapse_rate",
    "Benefit expiry": "benefit_expiry_rate",
    "Average": "average_lives",
    "Claims a year": "claims_per_life_year",
}
"""Headers of the segments' sheet, and the columns of the readable calculation."""

OTHER_SETTINGS = (
    dict(age_basis="last_birthday", end_of_mortality_table="last_rate_holds", average_lives="constant_force"),
    dict(benefit_expiry_between_ages="step", paid_up_at_65_lapse="attained_age", rbo_basis="literal"),
    dict(behaviour_rounding_tie="half_even", increase_rounding=0.05, rate_increase_cap=0.35, cash_flow_timing=0.0),
    dict(time_step="monthly", age_basis="last_birthday"),
    dict(rbo_basis="literal_unnormalised", increase_effective_year=2021, projection_years=30, rate_increase_cap=0.25),
)


@pytest.fixture(scope="module")
def block(filing_run: FilingRun) -> Block:
    return filing_run.block


@pytest.fixture(scope="module")
def workbook(block: Block, assumptions: AssumptionSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "audit.xlsx"
    return write_policy_audit(block, assumptions, sample_policies(block), path)


def test_the_sample_has_policies_of_every_kind(block: Block) -> None:
    ids = sample_policies(block)
    chosen = block.frame[block.frame["policy_id"].isin(ids)]
    assert len(ids) == len(set(ids)) == len(chosen) >= 50
    for name in (*CODED, "discounted_renewal"):
        assert set(chosen[name]) == set(block.frame[name]), name
    assert sample_policies(block) == ids
    assert sample_policies(block.select(np.arange(3))) == tuple(block.frame["policy_id"][:3])


def test_an_unknown_policy_is_refused_by_name(block: Block, assumptions: AssumptionSet) -> None:
    with pytest.raises(InputError, match="found no policy 'nobody'"):
        audit_pages(block, assumptions, ["nobody"])


def test_the_file_is_small_and_its_formulas_need_no_add_in(workbook: Path) -> None:
    assert workbook.stat().st_size < 1_400_000
    found = [f for cells in formulas(workbook).values() for f in cells.values()]
    assert len(found) > 8_000
    assert not any("LTC_" in f or "LAMBDA" in f for f in found)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("office"), None) as running:
        yield running


def sheet_numbers(workbook: Path) -> dict[str, int]:
    return {name: i for i, name in enumerate(openpyxl.load_workbook(workbook, read_only=True).sheetnames)}


class Audit:
    """The audit open in LibreOffice."""

    def __init__(self, office: Office, workbook: Path) -> None:
        self.office, self.sheets = office, sheet_numbers(workbook)
        office.open(workbook)
        rows = office("cells", self.sheets[SHEET], "A1:B40")
        self.at = {str(row[0]): i + 1 for i, row in enumerate(rows)}

    def choose(self, policy_id: str) -> None:
        self.office("put", self.sheets[SHEET], f"B{self.at['Policy (choose one)']}", f'="{policy_id}"')
        self.office("calculate")

    def verdict(self) -> Any:
        return self.office("cells", self.sheets[SHEET], f"B{self.at['All of them']}")[0][0]

    def segments(self) -> dict[str, np.ndarray]:
        """The first column of each header, below it."""
        rows = self.office("cells", self.sheets[SEGMENTS], "A1:AZ140")
        header = next(i for i, row in enumerate(rows) if row[0] == "Calendar year")
        body = [row for row in rows[header + 1 :] if isinstance(row[0], float)]
        columns: dict[str, np.ndarray] = {}
        for j, name in enumerate(rows[header]):
            column = [row[j] for row in body]
            assert not any(isinstance(v, dict) for v in column), f"an error value in column {name}"
            columns.setdefault(str(name).replace("\n", " "), np.array(column, dtype=object))
        return columns

    def errors(self) -> list[Any]:
        return [
            cell
            for name, number in self.sheets.items()
            if name.startswith("Audit") or name == SHEET
            for row in self.office("cells", number, "A1:BZ160")
            for cell in row
            if isinstance(cell, dict)
        ]


def assert_agrees(audit: Audit, block: Block, assumptions: AssumptionSet, ids: tuple[str, ...]) -> None:
    impact = policy_increase(block, assumptions).impact
    for policy_id in ids:
        audit.choose(policy_id)
        assert audit.verdict() == AGREES, policy_id
        assert not audit.errors(), policy_id
        frame, found = trace(block, assumptions, impact, policy_id), audit.segments()
        assert found["Calendar year"].tolist() == frame["calendar_year"].tolist()
        for header, column in TRACED.items():
            known = np.isfinite(frame[column].to_numpy())
            got = found[header][known].astype(float)
            np.testing.assert_allclose(got, frame[column].to_numpy()[known], rtol=RELATIVE, atol=1e-300, err_msg=header)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_policy_of_the_sample_agrees(
    office: Office, workbook: Path, block: Block, assumptions: AssumptionSet
) -> None:
    assert_agrees(Audit(office, workbook), block, assumptions, sample_policies(block))


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("changed", OTHER_SETTINGS, ids=lambda c: next(iter(c)))
def test_so_they_do_under_other_settings(changed: dict[str, Any], office: Office, block: Block, tmp_path: Path) -> None:
    assumptions = bundled(dataclasses.replace(Settings(), **changed))
    ids = sample_policies(block, 12)
    path = write_policy_audit(block, assumptions, ids, tmp_path / "audit.xlsx")
    assert_agrees(Audit(office, path), block, assumptions, ids)


@pytest.mark.slow
@pytest.mark.libreoffice
def test_what_is_stored_is_what_libreoffice_comes_to(workbook: Path, tmp_path: Path) -> None:
    wrong = list(differences(formulas(workbook), values(workbook), recalculated(workbook, tmp_path)))
    assert not wrong, f"{len(wrong)} formulas differ, e.g. {wrong[:5]}"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_a_changed_assumption_moves_the_formulas_and_shows(office: Office, workbook: Path, tmp_path: Path) -> None:
    """A row put in above a table, a sheet renamed, and a lapse rate changed: found all the same."""
    book = openpyxl.load_workbook(workbook)
    sheet = next(s for s in book if "lapse_lifetime_pay" in s.tables)
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == "single").offset(9, 0)
    cell.value = float(cell.value) + 0.01
    cell.offset(0, 1).value = float(cell.offset(0, 1).value) + 0.01
    book.save(tmp_path / "changed.xlsx")
    audit = Audit(office, tmp_path / "changed.xlsx")
    assert audit.verdict() == DIFFERS


def test_the_engine_page_holds_what_the_kernel_gives(block: Block, assumptions: AssumptionSet) -> None:
    """The block has four million segments; the audit's engine values of a policy are its own, not its neighbour's."""
    ids = sample_policies(block)[:3]
    engine = audit_pages(block, assumptions, ids)[-1]
    table = next(t for t in engine.tables if t.name == "audit_years")
    for policy_id in ids:
        one = block.select(np.flatnonzero((block.frame["policy_id"] == policy_id).to_numpy()))
        flows = project(one, assumptions, policy_increase(one, assumptions).impact)
        shown = [row for row in table.rows if row.cells["policy_id"].value == policy_id]
        for measure, basis in KERNEL_COLUMNS:
            got = [row.cells[f"{measure}_{basis}"].value for row in shown]
            np.testing.assert_allclose(got, flows.total(measure, basis), rtol=1e-12)
