"""Attribution and comparison of assumption sets on a user's own workbook, and what they ask of the Control sheet."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from tests.small_filing import SmallFiling, choose, edited, files_in, put, selected, small_filing, write_table
from tests.workbook.test_render_recalculation import assert_recalculates
from xl_ltc import cli
from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.specs import ASSUMPTIONS
from xl_ltc.control import TABLE, Control
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.experience.study import bundled_study
from xl_ltc.inforce.read import write_inforce, write_policies
from xl_ltc.pricing.analysis import PricingRequest
from xl_ltc.pricing.attribution import Attribution, valued_now
from xl_ltc.pricing.comparison import SetRates, compare_sets
from xl_ltc.pricing.sets import AssumptionSets
from xl_ltc.pricing.sold import COUNT, Sold, sold_frame
from xl_ltc.projection.results import from_history
from xl_ltc.tables import InputTable
from xl_ltc.workbook import actions
from xl_ltc.workbook.actions import Files, attributing
from xl_ltc.workbook.actions.attributing import EARLIER
from xl_ltc.workbook.render import write_filing_workbook

EXACT = 1e-12
MEASURES = ("premium", "claims", "premium_after")


def quiet(_: str) -> None:
    """No progress."""


@dataclasses.dataclass(frozen=True)
class Priced:
    """A small filing with original pricing, and its policies sold in every form they may come in."""

    small: SmallFiling
    sold: Sold
    csv: Path
    parquet: Path
    table: Path

    @property
    def attribution(self) -> Attribution:
        assert self.small.run.attribution is not None
        return self.small.run.attribution

    def files(self, out: Path, **other: Path | None) -> Files:
        given: dict[str, Any] = {"workbook": self.small.inputs_only, "inforce": self.small.parquet}
        given |= {"sold": self.parquet, "out": out}
        return Files(**(given | other))


@pytest.fixture(scope="module")
def priced(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> Priced:
    folder = tmp_path_factory.mktemp("priced")
    assert filing_run.pricing is not None and filing_run.pricing.sold is not None
    whole, rows = filing_run.pricing.sold, selected(filing_run)
    sold = Sold(whole.block.select(rows), whole.count[rows], "")
    small = small_filing(filing_run, folder, study=bundled_study(), sold=sold)
    files = {ending: folder / f"sold.{ending}" for ending in ("csv", "parquet", "xlsx")}
    write_policies(sold_frame(sold), files["csv"])
    write_policies(sold_frame(sold), files["parquet"])
    with xlsxwriter.Workbook(str(files["xlsx"])) as target:
        write_table(target, target.add_worksheet("Sold"), sold_frame(sold), 2, 1, "policies_sold")
    return Priced(small, sold, files["csv"], files["parquet"], files["xlsx"])


def assert_same(found: Attribution, expected: Attribution) -> None:
    assert (found.begin, found.end) == (expected.begin, expected.end)
    assert [(line.step, line.swapped) for line in found.lines] == [(line.step, line.swapped) for line in expected.lines]
    for line, other in zip(found.lines, expected.lines, strict=True):
        for measure in MEASURES:
            np.testing.assert_allclose(getattr(line.values, measure), getattr(other.values, measure), rtol=EXACT)


def again(small: SmallFiling, sold: Sold | str, **request: Any) -> FilingRun:
    """The run in memory with another request."""
    of = small.run
    asked = PricingRequest(**request)
    return run_filing(of.block, of.history, of.assumptions, study=bundled_study(), sold=sold, request=asked)


def refused(perform: Callable[[], object]) -> str:
    with pytest.raises(InputError) as error:
        perform()
    return str(error.value)


# Attribute


@pytest.fixture(scope="module")
def attributed(priced: Priced, tmp_path_factory: pytest.TempPathFactory) -> tuple[Attribution, Path]:
    out = tmp_path_factory.mktemp("attributed") / "out.xlsx"
    found, warnings = actions.attribute_workbook(priced.files(out), quiet)
    assert warnings == ()
    return found, out


def test_attribute_gives_section_18_of_a_run(attributed: tuple[Attribution, Path], priced: Priced) -> None:
    assert_same(attributed[0], priced.attribution)


def test_attribute_puts_one_sheet_into_the_workbook(attributed: tuple[Attribution, Path], priced: Priced) -> None:
    found, out = attributed
    before = openpyxl.load_workbook(priced.small.inputs_only).sheetnames
    book = openpyxl.load_workbook(out, data_only=True)
    assert [name for name in book.sheetnames if name not in before] == ["Attribution"]
    cells = [[c.value for c in row] for row in book["Attribution"].iter_rows()]
    words = {row[0]: row for row in reversed(cells) if isinstance(row[0], str)}
    assert words["Original pricing assumptions"][1] == pytest.approx(found.lines[0].loss_ratio(), rel=EXACT)
    last = "Historical experience through 2016 & projections with all current most-likely assumptions[4]"
    assert last in words
    assert any(str(row[0]).startswith("Known by: scenario none, assumptions ") for row in cells)
    formulas = openpyxl.load_workbook(out)["Attribution"]
    assert sum(str(c.value).startswith("=") for row in formulas.iter_rows() for c in row) > 100


@pytest.mark.slow
def test_what_is_asked_for_goes_before_the_control_sheet(priced: Priced, tmp_path: Path) -> None:
    choices = [
        choose("attribution_from", "current"),
        choose("attribution_to", "original pricing"),
        choose("attribution_steps", "mortality, lapse"),
    ]
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", *choices)
    files = priced.files(tmp_path / "out.xlsx", workbook=book)
    found, _ = actions.attribute_workbook(files, quiet)
    asked = dict(begin="current", end="original pricing", steps=("mortality", "lapse"))
    expected = again(priced.small, priced.sold, **asked).attribution
    assert expected is not None
    assert_same(found, expected)
    # The run itself reads the same entries.
    of_run = actions.read_inputs(book, priced.small.parquet, quiet, sold=priced.parquet).run(quiet).attribution
    assert of_run is not None
    assert_same(of_run, expected)
    found, _ = actions.attribute_workbook(
        files, quiet, begin="original pricing", end="current", steps=", ".join(ASSUMPTIONS)
    )
    assert_same(found, priced.attribution)
    found, _ = actions.attribute_workbook(files, quiet, begin="original pricing", end="current", steps="")
    assert [line.step for line in found.lines] == ["start", "history", "all"]


def test_a_second_attribution_takes_the_place_of_the_first(
    attributed: tuple[Attribution, Path], priced: Priced, tmp_path: Path
) -> None:
    book = edited(attributed[1], tmp_path / "book.xlsx")
    actions.attribute_workbook(priced.files(book, workbook=book), quiet, steps="lapse")
    names = openpyxl.load_workbook(book).sheetnames
    assert names.count("Attribution") == 1 and not [n for n in names if n.startswith("Attribution ")]
    words = [c.value for c in openpyxl.load_workbook(book)["Attribution"]["A"]]
    assert "Lapse" in words and "Interest, lapse" not in words


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"begin": "pricing"},
            "assumption set: found 'pricing'; allowed: one of current, original pricing, 513 pricing",
        ),
        ({"end": "pricing"}, "assumption set: found 'pricing'"),
        ({"steps": "lapse, lapse"}, "attribution steps: found 'lapse'; allowed: one of interest, lapse"),
        ({"steps": "expiry"}, "attribution steps: found 'expiry'"),
        ({"end": "513 pricing"}, "assumption set 513 pricing, basis 513, morbidity: found no level"),
    ],
)
def test_what_cant_be_attributed_is_told_and_nothing_is_written(
    asked: dict[str, str], said: str, priced: Priced, tmp_path: Path
) -> None:
    assert said in refused(lambda: actions.attribute_workbook(priced.files(tmp_path / "out.xlsx"), quiet, **asked))
    assert files_in(tmp_path) == {}


def test_without_the_policies_sold_attribute_says_why(priced: Priced, tmp_path: Path) -> None:
    said = refused(lambda: actions.attribute_workbook(priced.files(tmp_path / "out.xlsx", sold=None), quiet))
    assert re.match(
        r"assumption set original pricing, basis 200, morbidity: found no level of the pricing claim costs \(The "
        r"policies sold are not known: policies in force: found \d+ policies that pay no premium, the first \S+; "
        r"allowed: a file of the policies sold with the premium that was payable \(policies_sold on the Control "
        r"sheet\)\); allowed: ",
        said,
    )


def test_sets_that_need_no_sales_are_attributed_from_history_on(priced: Priced, tmp_path: Path) -> None:
    """From current assumptions to the pricing lapse of the 513 Series; what pricing expected is not known."""

    def mine(book: openpyxl.Workbook) -> None:
        for assumption in ("interest", "mortality", "morbidity", "improvement"):
            put("assumption_sets", {"set": "513 pricing"}, assumption, "current")(book)

    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", mine)
    files = priced.files(tmp_path / "out.xlsx", workbook=book, sold=None)
    found, warnings = actions.attribute_workbook(files, quiet, begin="current", end="513 pricing")
    assert [line.step for line in found.lines][:2] == ["history", "interest"]
    ratios = {line.step: line.loss_ratio() for line in found.lines}
    assert ratios["interest"] == ratios["history"] and ratios["lapse"] != ratios["interest"]
    assert ratios["lapse"] == ratios["mortality"] == ratios["morbidity"] == ratios["improvement"]
    (note,) = (w for w in warnings if w.startswith("It begins with history."))
    assert "The policies sold are not known" in note


# Compare sets


@pytest.fixture(scope="module")
def compared(priced: Priced, tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[SetRates, ...], Path]:
    out = tmp_path_factory.mktemp("compared") / "out.xlsx"
    names = ["current", "original pricing", "current"]
    return actions.compare_sets_workbook(priced.files(out), names, quiet)[0], out


def test_compare_sets_gives_the_sets_each_once(compared: tuple[tuple[SetRates, ...], Path], priced: Priced) -> None:
    found, out = compared
    assert [r.mix.name for r in found] == ["current", "original pricing"]
    run = priced.small.run
    assert run.pricing is not None
    expected = compare_sets(run.block, from_history(run.history), run.pricing.sets, ["current", "original pricing"])
    for rates, other in zip(found, expected, strict=True):
        for field in dataclasses.fields(SetRates)[1:-1]:
            np.testing.assert_allclose(getattr(rates, field.name), getattr(other, field.name), rtol=EXACT)
    before = openpyxl.load_workbook(priced.small.inputs_only).sheetnames
    assert [n for n in openpyxl.load_workbook(out).sheetnames if n not in before] == ["Set comparison"]


def test_without_names_those_of_section_18_are_compared(priced: Priced, tmp_path: Path) -> None:
    found, _ = actions.compare_sets_workbook(priced.files(tmp_path / "out.xlsx"), [], quiet)
    assert [r.mix.name for r in found] == ["original pricing", "current"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["current"], "assumption sets: found only current; allowed: two sets or more"),
        (["current", "current"], "assumption sets: found only current; allowed: two sets or more"),
        (["current", "old"], "assumption set: found 'old'; allowed: one of current, original pricing, 513 pricing"),
    ],
)
def test_sets_that_cant_be_compared_are_told(names: list[str], said: str, priced: Priced, tmp_path: Path) -> None:
    assert said in refused(lambda: actions.compare_sets_workbook(priced.files(tmp_path / "out.xlsx"), names, quiet))
    assert files_in(tmp_path) == {}


def test_a_set_that_needs_no_sales_is_compared_without_them(priced: Priced, tmp_path: Path) -> None:
    """A user's own set, of current claim costs and the 513 Series' lapse."""

    def mine(book: openpyxl.Workbook) -> None:
        put("assumption_sets", {"set": "513 pricing"}, "morbidity", "current")(book)

    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", mine)
    files = priced.files(tmp_path / "out.xlsx", workbook=book, sold=None)
    found, _ = actions.compare_sets_workbook(files, ["current", "513 pricing"], quiet)
    assert np.isfinite(found[1].lapse_lifetime_pay).all() and (found[1].benefit_expiry == 0.0).all()


# The Control sheet


@pytest.mark.parametrize(
    ("name", "entry", "said"),
    [
        (
            "assumption_set",
            "pricing",
            "assumption_set = 'pricing'; allowed: one of current, original pricing, 513 pricing",
        ),
        ("attribution_from", 513, "attribution_from = '513'; allowed: one of current, original pricing, 513 pricing"),
        ("attribution_to", "Current", "attribution_to = 'Current'; allowed: one of current"),
        ("attribution_steps", "lapse and mortality", "'lapse and mortality'; allowed: one of interest, lapse"),
        ("policies_sold", "sold.csv", "policies_sold = 'sold.csv'; allowed: reconstructed, table, or a file; "),
    ],
)
def test_a_wrong_entry_is_told_with_its_cell(
    name: str, entry: object, said: str, priced: Priced, tmp_path: Path
) -> None:
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", choose(name, entry))
    control = openpyxl.load_workbook(book)["Control"]
    at = next(row[1].coordinate for row in control.iter_rows() if row[0].value == name)
    wanted = f"sheet Control, cell {at}: found {said}"
    assert wanted in refused(lambda: actions.read_inputs(book, priced.small.parquet, quiet))
    checked = actions.check_inputs(book, priced.small.parquet, None, quiet)
    assert checked.block is None and wanted in str(checked.problems[0]) and checked.total == 1


def test_a_set_whose_level_can_never_be_known_is_told_before_the_policies_are_read(
    priced: Priced, tmp_path: Path
) -> None:
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", choose("attribution_to", "513 pricing"))
    steps: list[str] = []
    said = refused(lambda: actions.read_inputs(book, priced.small.parquet, steps.append))
    assert said.startswith(
        "assumption set 513 pricing, basis 513, morbidity: found no level of the pricing claim costs"
    )
    assert steps == ["reading book.xlsx"]
    checked = actions.check_inputs(book, priced.small.parquet, None, quiet)
    assert checked.total == 1 and str(checked.problems[0]) == said


def test_all_wrong_entries_are_told_at_once(priced: Priced, tmp_path: Path) -> None:
    names = ("assumption_set", "attribution_from", "attribution_to", "attribution_steps")
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", *(choose(name, "none such") for name in names))
    with pytest.raises(InputError) as error:
        actions.read_inputs(book, priced.small.parquet, quiet)
    assert len(error.value.problems) == 4


def test_a_set_that_lacks_a_table_is_told_before_the_policies_are_read(priced: Priced, tmp_path: Path) -> None:
    def empty(book: openpyxl.Workbook) -> None:
        sheet = next(s for s in book if "pricing_lapse_400" in s.tables)
        for row in sheet[sheet.tables["pricing_lapse_400"].ref][1:]:
            for at in row:
                at.value = None

    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", empty, choose("assumption_set", "original pricing"))
    said: list[str] = []
    found = refused(lambda: actions.read_inputs(book, priced.small.parquet, said.append))
    assert found.startswith("assumption set original pricing, basis 400, table pricing_lapse_400: found no rows")
    assert said == ["reading book.xlsx"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["original pricing", "513 pricing"])
def test_the_set_that_is_projected_is_the_same_in_memory(name: str, priced: Priced, tmp_path: Path) -> None:
    """Chosen on the Control sheet, and one of the sets' own cells edited: the run gives what ``run_filing`` does."""
    choices = [choose("assumption_set", name), put("pricing_lapse_400", {"policy_duration": 3}, "twenty_pay", 0.0333)]
    choices.append(put("assumption_sets", {"set": "513 pricing"}, "morbidity", "400"))
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", *choices)
    out, results = tmp_path / "out.xlsx", tmp_path / "results"
    outcome = actions.run_workbook(book, priced.small.parquet, out, results, quiet, priced.parquet)
    study = {n: f.copy() for n, f in bundled_study().items()}
    study["pricing_lapse_400"].loc[study["pricing_lapse_400"]["policy_duration"] == "3", "twenty_pay"] = 0.0333
    study["assumption_sets"].loc[study["assumption_sets"]["set"] == "513 pricing", "morbidity"] = "400"
    of = priced.small.run
    asked = PricingRequest(name)
    expected = run_filing(of.block, of.history, of.assumptions, study=study, sold=priced.sold, request=asked)
    for basis, flows in expected.rbo_cash_flows.items():
        np.testing.assert_allclose(outcome.run.rbo_cash_flows[basis].values, flows.values, rtol=EXACT)
    assert outcome.run.attribution is not None and expected.attribution is not None
    assert_same(outcome.run.attribution, expected.attribution)
    for basis in ("before", "after"):
        ratio = expected.experience.lifetime_loss_ratio(basis)
        assert outcome.run.experience.lifetime_loss_ratio(basis) == pytest.approx(ratio, rel=EXACT)
        assert abs(of.experience.lifetime_loss_ratio(basis) / ratio - 1.0) > 1e-3
    sixteen = pd.read_csv(results / "s16_actual_to_expected_lr.csv")
    assert sixteen["before"][0] == pytest.approx(expected.priced_experience.lifetime_loss_ratio("before"), rel=EXACT)


# Policies sold


@pytest.mark.parametrize("form", ["csv", "parquet", "table"])
@pytest.mark.parametrize("where", ["given", "on the Control sheet"])
def test_the_form_of_the_policies_sold_makes_no_difference(
    form: str, where: str, priced: Priced, tmp_path: Path
) -> None:
    file: Path = getattr(priced, form)
    if where == "given":
        found = actions.read_inputs(priced.small.inputs_only, priced.small.parquet, quiet, sold=file).sold
    else:
        copy = tmp_path / "deep" / file.name
        copy.parent.mkdir()
        copy.write_bytes(file.read_bytes())
        book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", choose("policies_sold", f"deep/{file.name}"))
        found = actions.read_inputs(book, priced.small.parquet, quiet).sold
        assert actions.check_inputs(book, priced.small.parquet, None, quiet).block is not None
    assert isinstance(found, Sold)
    assert found.block.frame.equals(priced.sold.block.frame)
    # A worksheet keeps sixteen digits.
    np.testing.assert_allclose(found.count, priced.sold.count, rtol=1e-15)


def sold_table(frame: pd.DataFrame) -> Callable[[openpyxl.Workbook], None]:
    """A change: the Excel table ``policies_sold`` on a sheet of its own."""

    def change(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("Sales")
        sheet.append(list(frame.columns))
        for row in frame.astype(object).to_numpy().tolist():
            sheet.append([v.to_pydatetime() if isinstance(v, pd.Timestamp) else v for v in row])
        table = openpyxl.worksheet.table.Table(displayName="policies_sold", ref=sheet.dimensions)
        sheet.add_table(table)

    return change


def test_policies_sold_may_stand_in_the_workbook_itself(priced: Priced, tmp_path: Path) -> None:
    frame = sold_frame(priced.sold)
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", sold_table(frame), choose("policies_sold", TABLE))
    found = actions.read_inputs(book, priced.small.parquet, quiet).sold
    assert isinstance(found, Sold) and found.block.frame.equals(priced.sold.block.frame)
    frame = frame.astype({COUNT: object})
    frame.loc[2, COUNT] = "two"
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", sold_table(frame), choose("policies_sold", TABLE))
    said = refused(lambda: actions.read_inputs(book, priced.small.parquet, quiet))
    assert re.match(r"sheet Sales, cell T4, policy \S+: found 'two'; allowed: a number from 0 to 1000000", said)
    checked = actions.check_inputs(book, priced.small.parquet, None, quiet)
    assert checked.here and checked.total == 1 and str(checked.problems[0]) == said


def test_a_table_of_policies_sold_that_is_not_there(priced: Priced, tmp_path: Path) -> None:
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", choose("policies_sold", TABLE))
    said = refused(lambda: actions.read_inputs(book, priced.small.parquet, quiet))
    assert re.match(
        r"sheet Control, cell B\d+: found policies_sold = 'table'; allowed: reconstructed, a file, or table where this "
        r"workbook has an Excel table policies_sold with rows$",
        said,
    )


def test_bad_cells_of_a_file_are_told_with_their_rows(priced: Priced, tmp_path: Path) -> None:
    frame = sold_frame(priced.sold)
    frame.loc[3, COUNT] = -2.0
    write_policies(frame, tmp_path / "bad.csv")
    bad = tmp_path / "bad.csv"
    said = refused(lambda: actions.read_inputs(priced.small.inputs_only, priced.small.csv, quiet, sold=bad))
    wanted = r"bad\.csv, row 5, column policies_sold, policy \S+: found '-2'; allowed: a number from 0 to 1000000"
    assert re.match(wanted, said)


def test_what_was_payable_of_a_policy_paid_up_must_be_told(priced: Priced, tmp_path: Path) -> None:
    frame = sold_frame(priced.sold)
    frame.loc[3, "annualized_premium"] = 0.0
    bad = tmp_path / "bad.csv"
    write_policies(frame, bad)
    for perform in (
        lambda: actions.read_inputs(priced.small.inputs_only, priced.small.csv, quiet, sold=bad),
        lambda: actions.solve_workbook(priced.small.inputs_only, priced.small.csv, tmp_path / "out.xlsx", quiet, bad),
        lambda: actions.sensitivities_workbook(
            priced.small.inputs_only, priced.small.csv, tmp_path / "out.xlsx", None, quiet, (), bad
        ),
    ):
        said = refused(perform)
        assert re.match(
            r"bad\.csv, row 5, column annualized_premium, policy \S+: found '?0\S*; allowed: a number ab", said
        )
    checked = actions.check_inputs(priced.small.inputs_only, priced.small.csv, None, quiet, bad)
    assert checked.total == 1 and str(checked.problems[0]) == said


def test_a_file_of_policies_in_force_is_none_of_policies_sold(priced: Priced) -> None:
    given = priced.small.csv
    said = refused(lambda: actions.read_inputs(priced.small.inputs_only, given, quiet, sold=given))
    assert "found no column policies_sold" in said


def test_a_file_that_is_not_there(priced: Priced, tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet", "none.xlsx"):
        said = refused(
            lambda file=tmp_path / name: actions.read_inputs(  # type: ignore[misc]
                priced.small.inputs_only, priced.small.csv, quiet, sold=file
            )
        )
        assert name in said


@pytest.mark.slow
def test_policies_paid_up_are_a_reason_and_no_failure(priced: Priced, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    outcome = actions.run_workbook(priced.small.inputs_only, priced.small.parquet, out, None, quiet)
    (note,) = (w for w in outcome.warnings if w.startswith("No expected loss ratios"))
    start = "No expected loss ratios and no section 18: The policies sold are not known: policies in force: found"
    assert note.startswith(start)
    assert outcome.run.attribution is None and outcome.run.pricing is not None
    words = [str(c.value) for c in openpyxl.load_workbook(out)["Section 16"]["A"]]
    assert any(w.startswith("Expected loss ratios are not available. The policies sold are not known") for w in words)


def test_policies_that_all_pay_are_sold_policies_too(priced: Priced, tmp_path: Path) -> None:
    """Reconstructed from those in force, for a block in which nobody is paid up."""
    paying = priced.small.run.block.select(priced.small.run.block.numbers("annualized_premium") > 0.0)
    write_inforce(paying, tmp_path / "paying.parquet")
    found = actions.read_inputs(priced.small.inputs_only, tmp_path / "paying.parquet", quiet)
    assert isinstance(found.sold, Sold) and (found.sold.count > 1.0).all()
    run = found.run(quiet)
    assert run.attribution is not None and run.pricing is not None and run.pricing.expected is not None
    np.testing.assert_allclose(run.pricing.expected.loss_ratio, [0.54, 0.56, 0.54, 0.58, 0.69], rtol=EXACT)


@pytest.mark.parametrize("action", ["run", "attribute", "compare", "check", "solve", "sensitivities"])
@pytest.mark.parametrize("where", ["given", "on the Control sheet"])
def test_the_policies_sold_are_not_written_over(action: str, where: str, priced: Priced, tmp_path: Path) -> None:
    sold = tmp_path / "sold.xlsx"
    sold.write_bytes(priced.table.read_bytes())
    given = sold if where == "given" else None
    changes = [] if given else [choose("policies_sold", sold.name)]
    book = edited(priced.small.inputs_only, tmp_path / "book.xlsx", *changes)
    inforce = priced.small.parquet
    files = Files(book, inforce, given, sold)
    before = files_in(tmp_path)
    perform: dict[str, Callable[[], object]] = {
        "run": lambda: actions.run_workbook(book, inforce, sold, None, quiet, given),
        "attribute": lambda: actions.attribute_workbook(files, quiet),
        "compare": lambda: actions.compare_sets_workbook(files, [], quiet),
        "check": lambda: actions.check_inputs(book, inforce, sold, quiet, given),
        "solve": lambda: actions.solve_workbook(book, inforce, sold, quiet, given),
        "sensitivities": lambda: actions.sensitivities_workbook(book, inforce, sold, None, quiet, (), given),
    }
    said = refused(perform[action])
    assert "sold.xlsx, the file of policies sold; allowed: another file; it would be overwritten" in said
    assert files_in(tmp_path) == before


# From an earlier filing


def earlier_of(priced: Priced, folder: Path, *changes: Callable[[openpyxl.Workbook], None]) -> Path:
    return edited(priced.small.inputs_only, folder / "earlier.xlsx", *changes)


def from_earlier(priced: Priced, earlier: Path, inforce: Path | None = None, **asked: Any) -> Attribution:
    out = earlier.parent / "out.xlsx"
    given: dict[str, Any] = {"earlier": earlier, "earlier_inforce": inforce or priced.small.parquet}
    return actions.attribute_workbook(priced.files(out, sold=None), quiet, **(given | asked))[0]


def test_from_the_same_filing_nothing_has_changed(priced: Priced, tmp_path: Path) -> None:
    """The policies sold need not be known for it."""
    found = from_earlier(priced, earlier_of(priced, tmp_path))
    assert (found.begin, found.end) == (EARLIER, "current")
    assert [line.step for line in found.lines] == ["start", "history", *ASSUMPTIONS, "all"]
    actual = priced.small.run.priced_experience.lifetime_loss_ratio("before")
    for before, line in itertools.pairwise(found.lines):
        assert line.loss_ratio() == pytest.approx(actual, rel=EXACT)
        assert abs(line.impact(before)) < EXACT and abs(line.increase_needed(before)) < 1e-11
    words = [c.value for c in openpyxl.load_workbook(tmp_path / "out.xlsx")["Attribution"]["A"]]
    assert "The earlier filing (earlier.xlsx) at its own date, 2016-12-31" in words
    assert "From earlier filing to current" in words


@pytest.mark.parametrize(
    ("table", "key", "column", "entry", "moved"),
    [
        ("series", {"series": "300"}, "earned_rate", 0.06, "interest"),
        ("lapse_lifetime_pay", {"policy_duration": "9+"}, "partnered", 0.02, "lapse"),
        ("benefit_expiry", {"sex": "Female", "benefit_period": "3"}, "90", 0.2, "lapse"),
        ("mortality_factor_sex", {"sex": "Female"}, "factor", 1.3, "mortality"),
        ("morbidity_factor_sex", {"sex": "Female"}, "factor", 1.3, "morbidity"),
        ("improvement", {"parameter": "improvement_years"}, "value", 3, "improvement"),
    ],
)
def test_what_was_other_then_moves_its_own_step_only(
    table: str, key: dict[str, object], column: str, entry: float, moved: str, priced: Priced, tmp_path: Path
) -> None:
    found = from_earlier(priced, earlier_of(priced, tmp_path, put(table, key, column, entry)))
    for before, line in itertools.pairwise(found.lines[:-1]):
        assert (abs(line.impact(before)) > 1e-7) == (line.step == moved), line.step
    assert found.lines[-1].impact(found.lines[0]) == pytest.approx(
        found.lines[-1].loss_ratio() / found.lines[0].loss_ratio() - 1
    )
    assert abs(found.residual()) < 1e-13


def test_other_valuation_interest_moves_the_step_of_history(priced: Priced, tmp_path: Path) -> None:
    """The rate of an issue year is the law's, not an assumption: the earlier filing alone stands on what it was."""
    change = put("valuation_interest", {"issue_year_from": 2006}, "rate", 0.0525)
    found = from_earlier(priced, earlier_of(priced, tmp_path, change))
    for before, line in itertools.pairwise(found.lines[:-1]):
        assert (abs(line.impact(before)) > 1e-7) == (line.step == "history"), line.step


@pytest.mark.slow
def test_an_earlier_filing_is_valued_at_its_own_date(
    priced: Priced, assumptions: AssumptionSet, tmp_path: Path
) -> None:
    """The policies issued by then, the history until then, at the end of 2015."""
    of = priced.small.run
    settings = dataclasses.replace(assumptions.settings, valuation_date=dt.date(2015, 12, 31))
    frames = {name: InputTable(frame.copy()) for name, frame in assumptions.tables.frames.items()}
    then = AssumptionSet.from_tables(frames, settings)
    issued = of.block.select(of.block.issue_year <= 2015)
    history = of.history[of.history["calendar_year"] <= 2015].reset_index(drop=True)
    run = run_filing(issued, history, then, study=bundled_study())
    earlier = write_filing_workbook(run, (), {}, tmp_path / "earlier.xlsx", control=Control(inforce="then.csv"))
    write_inforce(issued, tmp_path / "then.csv")
    # Its policies are those its own Control sheet names.
    out = tmp_path / "out.xlsx"
    found, _ = actions.attribute_workbook(priced.files(out, sold=None), quiet, earlier=earlier)
    sets = AssumptionSets(then, bundled_study())
    wanted = valued_now(issued, from_history(history), sets, sets.mix("current"))
    for measure in MEASURES:
        np.testing.assert_allclose(getattr(found.lines[0].values, measure), getattr(wanted, measure), rtol=EXACT)
    assert found.lines[0].loss_ratio() == pytest.approx(run.priced_experience.lifetime_loss_ratio("before"), rel=EXACT)
    assert found.lines[1].loss_ratio() == pytest.approx(found.lines[-1].loss_ratio(), rel=EXACT)
    words = [c.value for c in openpyxl.load_workbook(out)["Attribution"]["A"]]
    assert "The earlier filing (earlier.xlsx) at its own date, 2015-12-31" in words


def test_to_another_set_than_the_current_one(priced: Priced, tmp_path: Path) -> None:
    """With the policies sold, from the earlier filing to original pricing, say."""
    earlier, out = earlier_of(priced, tmp_path), tmp_path / "out.xlsx"
    found, _ = actions.attribute_workbook(
        priced.files(out), quiet, end="original pricing", earlier=earlier, earlier_inforce=priced.small.csv
    )
    assert (found.begin, found.end) == (EARLIER, "original pricing")
    assert found.lines[-1].loss_ratio() == pytest.approx(priced.attribution.lines[1].loss_ratio(), rel=EXACT)
    assert abs(found.residual()) < 1e-13


def test_categories_must_be_the_same_in_both_filings(
    priced: Priced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes of one filing's policies read the rows of the other's tables."""
    earlier, read = earlier_of(priced, tmp_path), attributing._read_earlier

    def other(*given: Any) -> attributing._Earlier:
        found = read(*given)
        vocabulary = AssumptionSet.vocabulary

        class Other:
            settings, tables = found.assumptions.settings, found.assumptions.tables

            def vocabulary(self, name: str) -> tuple[str, ...]:
                known = vocabulary(found.assumptions, name)
                return known[::-1] if name == "underwriting_class" else known

        return dataclasses.replace(found, assumptions=Other())  # type: ignore[arg-type]

    monkeypatch.setattr(attributing, "_read_earlier", other)
    said = refused(lambda: from_earlier(priced, earlier))
    assert re.match(
        r"the earlier filing, underwriting_class: found one of \w+, .*; allowed: the same in the same order as now: ",
        said,
    )


def test_an_earlier_filing_stands_on_its_current_assumptions(priced: Priced, tmp_path: Path) -> None:
    earlier = earlier_of(priced, tmp_path, choose("assumption_set", "original pricing"))
    said = refused(lambda: from_earlier(priced, earlier))
    assert said == (
        "earlier.xlsx, Control: found the earlier filing's assumption_set = 'original pricing'; allowed: current"
    )


def test_policies_of_an_earlier_filing_come_with_its_workbook(priced: Priced, tmp_path: Path) -> None:
    said = refused(
        lambda: actions.attribute_workbook(priced.files(tmp_path / "out.xlsx"), quiet, earlier_inforce=priced.small.csv)
    )
    assert said == f"--earlier-inforce: found {priced.small.csv}; allowed: together with --earlier, its workbook"


@pytest.mark.parametrize("file", ["workbook", "in force"])
def test_the_earlier_filing_is_not_written_over(file: str, priced: Priced, tmp_path: Path) -> None:
    earlier, inforce = earlier_of(priced, tmp_path), tmp_path / "then.xlsx"
    inforce.write_bytes(priced.small.table.read_bytes())
    before = files_in(tmp_path)
    out, what = (earlier, "the earlier filing's workbook") if file == "workbook" else (inforce, "the in-force file")
    said = refused(
        lambda: actions.attribute_workbook(priced.files(out), quiet, earlier=earlier, earlier_inforce=inforce)
    )
    assert said == f"--out: found {out}, {what}; allowed: another file; it would be overwritten"
    assert files_in(tmp_path) == before


# The command line


def command(*arguments: str | Path) -> int:
    return cli.main([str(a) for a in arguments])


def test_the_command_attribute(priced: Priced, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, small = tmp_path / "out.xlsx", priced.small
    given = ("--inforce", small.parquet, "--sold", priced.parquet, "--out", out)
    assert command("attribute", small.inputs_only, *given, "--steps", "lapse, mortality") == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    ratio = priced.attribution.lines
    assert lines[0] == "Lifetime loss ratio from original pricing to current:"
    assert lines[1] == f"before: {ratio[0].loss_ratio():.1%}" == "before: 56.6%"
    assert lines[2].startswith(
        f"history, original pricing: {ratio[1].loss_ratio():.1%}, {ratio[1].impact(ratio[0]):+.1%}"
    )
    assert [line.partition(":")[0] for line in lines[3:]] == ["lapse", "mortality", "all of current", "Written"]
    assert lines[-1] == f"Written: {out}" and out.is_file()
    assert "reading the policies sold of sold.parquet" in said.err


def test_the_command_compare_sets(priced: Priced, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, small = tmp_path / "out.xlsx", priced.small
    given = ("--inforce", small.parquet, "--sold", priced.parquet, "--out", out)
    assert command("compare-sets", small.inputs_only, "current", "original pricing", *given) == 0
    first, last = priced.attribution.lines[1], priced.attribution.lines[-1]
    assert capsys.readouterr().out.splitlines() == [
        f"current: lifetime loss ratio {last.loss_ratio():.1%}",
        f"original pricing: lifetime loss ratio {first.loss_ratio():.1%}",
        f"Written: {out}",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["attribute", "--from", "pricing"], "assumption set: found 'pricing'; allowed: one of current"),
        (["attribute", "--steps", "expiry"], "attribution steps: found 'expiry'; allowed: one of interest"),
        (["attribute", "--sold", "none.csv"], "none.csv"),
        (["attribute", "--earlier", "none.xlsx"], "none.xlsx"),
        (["compare-sets"], "assumption set: found 'pricing'; allowed: one of current"),
    ],
)
def test_a_command_that_cant_be_done_ends_with_2(
    arguments: list[str], said: str, priced: Priced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *others = arguments
    given: list[str | Path] = ["--inforce", priced.small.parquet, "--out", tmp_path / "out.xlsx"]
    if "--sold" not in others:
        given += ["--sold", priced.parquet]
    sets = ["current", "pricing"] if name == "compare-sets" else []
    assert command(name, priced.small.inputs_only, *sets, *others, *given) == 2
    words = capsys.readouterr()
    assert words.out == ""
    assert f"xl-ltc {name}: the input can't be used; nothing was written.\n" in words.err or "No such file" in words.err
    assert said in words.err
    assert files_in(tmp_path) == {}


@pytest.mark.slow
@pytest.mark.libreoffice
def test_every_formula_of_the_two_sheets_comes_to_its_stored_value(priced: Priced, tmp_path: Path) -> None:
    """In a workbook that has been run, as Control's formulas show the run."""
    one, both = tmp_path / "one.xlsx", tmp_path / "both.xlsx"
    actions.attribute_workbook(priced.files(one, workbook=priced.small.workbook), quiet)
    actions.compare_sets_workbook(priced.files(both, workbook=one), [], quiet)
    assert {"Attribution", "Set comparison"} <= set(openpyxl.load_workbook(both).sheetnames)
    (tmp_path / "calc").mkdir()
    assert_recalculates(both, tmp_path / "calc")
