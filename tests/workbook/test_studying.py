"""Studies of workbooks and files as users have them, and what they carry into a filing workbook."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook.defined_name import DefinedName

from tests.experience.test_records import BASIS, added_up, drawn, quiet, source
from tests.small_filing import cell, edited, files_in, put
from xl_ltc import cli
from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.control import ILLUSTRATIVE, TABLE, StudyControl
from xl_ltc.errors import Cancelled, InputError
from xl_ltc.experience.factor_tables import MORBIDITY_FACTORS, MORTALITY_FACTORS
from xl_ltc.experience.study import LAPSE, MORBIDITY, MORTALITY
from xl_ltc.workbook import actions
from xl_ltc.workbook.actions import study_inputs, studying
from xl_ltc.workbook.buttons import ACTIONS, STUDY, perform
from xl_ltc.workbook.read import read_tables
from xl_ltc.workbook.study_book import StudyInputs, write_study_workbook
from xl_ltc.workbook.study_layout import OUTPUT_SHEETS
from xl_ltc_udfs.calc import menu
from xl_ltc_udfs.excel.workbook_macros import macros

FILING = Path(__file__).parents[2] / "workbooks" / "ltc_rate_filing.xlsx"
FACTORS = sorted({group.table for group in (*MORTALITY_FACTORS, *MORBIDITY_FACTORS)})
FILE = "ltc_experience_study.xlsx"
pytestmark = pytest.mark.slow  # workbooks are opened, changed and saved as a user's program does

COLUMNS = ("deaths", "lapses", "claim_count", "exposure")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few illustrative histories and few penalties."""
    monkeypatch.setattr(study_inputs, "illustrative_experience", lambda *_: drawn())
    monkeypatch.setattr(studying, "StudyBasis", lambda: BASIS)


@functools.cache
def as_text() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Histories and claims as a user types them."""
    frames = []
    for frame in drawn():
        text = frame.astype(object).copy()
        for name in text:
            if name.endswith("_date"):
                text[name] = frame[name].dt.strftime("%Y-%m-%d")
        frames.append(text.where(text.notna(), None))
    return frames[0], frames[1]


@functools.cache
def cells() -> pd.DataFrame:
    return added_up(source().histories)


def book_with(path: Path, control: StudyControl, **data: pd.DataFrame) -> Path:
    own = {"experience_parameters": study_inputs.bundled_parameters()}
    return write_study_workbook(path, StudyInputs(BASIS, control, bundled().tables.frames, own | data), None)


@pytest.fixture(scope="module")
def of_cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study's workbook with cells in it, not run yet."""
    path = tmp_path_factory.mktemp("cells") / "mine.xlsx"
    return book_with(path, StudyControl(policies=TABLE), experience_cells=cells())


@pytest.fixture(scope="module")
def ran(of_cells: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[actions.StudyOutcome, Path]:
    """The same after a study, with things of the user's own."""
    folder = tmp_path_factory.mktemp("ran")

    def make_it_mine(book: openpyxl.Workbook) -> None:
        book.create_sheet("Mine", 0)["B2"] = 17.25
        book["Mine"]["B3"] = "=Lapse!A1"
        book.defined_names["my_name"] = DefinedName("my_name", attr_text="Mine!$B$2")
        at = cell(book, "lapse_lifetime_pay", {"policy_duration": 5}, "single")
        at.number_format = "0.0000%"
        choose("carry", "factors")(book)

    book = edited(of_cells, folder / "mine.xlsx", make_it_mine)
    return actions.study_workbook(book, None, None, quiet), book


def same_totals(outcome: actions.StudyOutcome) -> None:
    wanted = cells()[list(COLUMNS)].sum()
    for name in COLUMNS:
        assert outcome.result.totals[name] == pytest.approx(wanted[name], rel=1e-9), name


def choose(name: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    return put("study", {"setting": name}, "value", value)


def refused(action: Callable[[], object], folder: Path) -> str:
    """What is said; every file is as it was."""
    before = files_in(folder)
    with pytest.raises(InputError) as error:
        action()
    assert files_in(folder) == before
    return str(error.value)


def written(folder: Path, ending: str) -> tuple[Path, Path]:
    """Histories and claims as files."""
    found = []
    for name, text, frame in zip(("policies", "claims"), as_text(), drawn(), strict=True):
        path = folder / f"{name}.{ending}"
        if ending == "csv":
            text.to_csv(path, index=False)
        else:
            frame.to_parquet(path)  # coded columns become dictionaries
        found.append(path)
    return found[0], found[1]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_study_of_files_of_histories(ending: str, tmp_path: Path) -> None:
    policies, claims = written(tmp_path, ending)
    outcome = actions.study(policies, claims, tmp_path / "out", quiet)
    same_totals(outcome)
    assert outcome.files == (tmp_path / "out" / FILE, tmp_path / "out" / "results", tmp_path / "out" / "manifest.json")
    record = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert record["results"]["deaths"] == cells()["deaths"].sum()
    control = study_inputs.read_study(tmp_path / "out" / FILE).control
    assert (control.policies, control.claims) == (f"../policies.{ending}", f"../claims.{ending}")
    again = actions.study(tmp_path / "out" / FILE, None, None, quiet)
    pd.testing.assert_series_equal(again.result.totals, outcome.result.totals)


def test_a_study_of_a_file_of_cells(tmp_path: Path) -> None:
    cells().to_csv(tmp_path / "cells.csv", index=False)
    outcome = actions.study(tmp_path / "cells.csv", None, tmp_path / "out", quiet)
    same_totals(outcome)
    found = pd.read_csv(tmp_path / "out" / "results" / "study_mortality.csv")
    assert found["deaths"].tolist() == outcome.result.mortality_ae["deaths"].tolist()
    paths = pd.read_csv(tmp_path / "out" / "results" / "mortality_paths.csv")
    assert len(paths.columns) == 3 + BASIS.penalties


def test_a_workbook_with_tables_of_histories(tmp_path: Path) -> None:
    policies, claims = as_text()
    book = book_with(tmp_path / "b.xlsx", StudyControl(policies=TABLE), policy_history=policies, claim_history=claims)
    same_totals(actions.study(book, None, None, quiet))


def test_what_is_the_users_stays(ran: tuple[actions.StudyOutcome, Path]) -> None:
    outcome, path = ran
    same_totals(outcome)
    assert outcome.files == (path,) and [p.name for p in path.parent.iterdir()] == ["mine.xlsx"]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == "Mine" and set(OUTPUT_SHEETS) < set(book.sheetnames)
    assert (book["Mine"]["B2"].value, book["Mine"]["B3"].value) == (17.25, "=Lapse!A1")
    assert book.defined_names["my_name"].attr_text == "Mine!$B$2"
    assert cell(book, "lapse_lifetime_pay", {"policy_duration": 5}, "single").number_format == "0.0000%"
    assert len(read_tables(path, ["experience_cells"])["experience_cells"].frame) == len(cells())
    stored = openpyxl.load_workbook(path, data_only=True)
    names = {c.value for row in stored["Study"].iter_rows() for c in row}
    assert any(str(v).startswith(f"{cells()['exposure'].sum():,.0f}; ") for v in names)


def test_a_study_of_a_workbook_into_a_folder(of_cells: Path, tmp_path: Path) -> None:
    before = of_cells.read_bytes()
    outcome = actions.study(of_cells, None, tmp_path / "out", quiet)
    assert outcome.files == (tmp_path / "out" / "mine.xlsx", tmp_path / "out" / "results")
    assert of_cells.read_bytes() == before and (tmp_path / "out" / "results" / "study_lapse.csv").is_file()


def test_results_that_cant_be_put_in_place_leave_the_workbook_good_and_are_told(
    of_cells: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where one of the files is open in Excel."""
    held = tmp_path / "out" / "results" / "study_lapse.csv"
    held.parent.mkdir(parents=True)
    held.write_text("old")
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if held in (Path(source), Path(target)):
            raise PermissionError(13, "Access is denied", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    outcome = actions.study(of_cells, None, tmp_path / "out", quiet)
    (said,) = outcome.unwritten
    assert said.startswith(f"The files in {held.parent} are not of this study ({held}: Access is denied; ")
    assert files_in(held.parent) == {held.name: b"old"}
    assert outcome.files == (tmp_path / "out" / "mine.xlsx",) and outcome.files[0].is_file()


def test_edits_take_effect(of_cells: Path, ran: tuple[actions.StudyOutcome, Path], tmp_path: Path) -> None:
    """An assumption and choices; what they do not touch stays."""
    book = edited(
        of_cells,
        tmp_path / "b.xlsx",
        put("mortality_factor_sex", {"sex": "Male"}, "factor", 2.0),
        choose("confidence", 0.8),
        choose("penalties", 4),
        choose("results_folder", "csv"),
        choose("study_name", "=Mine"),
    )
    edited(book, book, lambda b: setattr(cell(b, "study", {"setting": "study_name"}, "value"), "data_type", "s"))
    outcome = actions.study_workbook(book, None, None, quiet)
    found, wanted = outcome.result, ran[0].result
    now = {row["sex"]: row["factor"] for row in bundled().tables["mortality_factor_sex"].to_dict("records")}
    male = (found.mortality_ae["category"] == "Male").to_numpy()
    ratio = found.mortality_ae["expected_adjusted"][male].item() / wanted.mortality_ae["expected_adjusted"][male].item()
    assert ratio == pytest.approx(2.0 / now["Male"], rel=1e-9)
    assert (
        found.basis == dataclasses.replace(BASIS, confidence=0.8, penalties=4)
        and len(found.mortality.fit.penalties) == 4
    )
    assert outcome.files == (book, tmp_path / "csv") and (tmp_path / "csv" / "study_mortality.csv").is_file()


def test_choices_are_read_as_they_were_written(tmp_path: Path) -> None:
    basis = dataclasses.replace(BASIS, penalty="lasso", seed=5, lapse_graduation=0.0, study_age="last_birthday")
    control = StudyControl(policies="a.csv", claims="b.csv", study_name="n", filing_workbook="f.xlsx", carry="factors")
    inputs = StudyInputs(basis, control, bundled().tables.frames, {})
    path = write_study_workbook(tmp_path / "b.xlsx", inputs, None)
    assert study_inputs.read_study_choices(path)[:2] == (basis, control)


def test_problems_name_their_places_and_nothing_is_written(of_cells: Path, tmp_path: Path) -> None:
    def said(*changes: Callable[[openpyxl.Workbook], None]) -> str:
        book = edited(of_cells, tmp_path / "b.xlsx", *changes)
        return refused(lambda: actions.study(book, None, None, quiet), tmp_path)

    assert "sheet Study, cell B" in (words := said(choose("penalty", "ridges"))) and "'ridges'" in words
    words = said(choose("policies", "none.csv"))
    assert "sheet Study, cell B" in words and "policies = 'none.csv'" in words and "is none" in words
    assert "sheet Experience cells, cell" in (
        words := said(lambda b: setattr(b["Experience cells"].cell(*first_cell(b, 2)), "value", "X"))
    )
    assert "found 'X'; allowed: one of Male, Female" in words


def first_cell(book: openpyxl.Workbook, column: int) -> tuple[int, int]:
    sheet = book["Experience cells"]
    row = next(c.row for r in sheet.iter_rows() for c in r if c.value == "series")
    return row + 1, column


def test_one_of_histories_and_cells(tmp_path: Path) -> None:
    policies, _ = as_text()
    none = book_with(tmp_path / "none.xlsx", StudyControl(policies=TABLE))
    both = book_with(
        tmp_path / "both.xlsx", StudyControl(policies=TABLE), policy_history=policies.head(5), experience_cells=cells()
    )
    assert "rows in neither table policy_history nor table experience_cells" in refused(
        lambda: actions.study(none, None, None, quiet), tmp_path
    )
    assert "rows in table policy_history and in table experience_cells" in refused(
        lambda: actions.study(both, None, None, quiet), tmp_path
    )


def test_data_and_other_kinds_are_not_overwritten(of_cells: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    data = tmp_path / "out" / FILE
    with pd.ExcelWriter(data, engine="xlsxwriter") as writer:
        cells().to_excel(writer, sheet_name="S", index=False)
        headers = [{"header": name} for name in cells()]
        writer.sheets["S"].add_table(
            0, 0, len(cells()), len(headers) - 1, {"name": "experience_cells", "columns": headers}
        )
    assert "it would be overwritten" in refused(lambda: actions.study(data, None, tmp_path / "out", quiet), tmp_path)
    same_totals(actions.study(data, None, tmp_path / "elsewhere", quiet))
    shutil.rmtree(tmp_path / "elsewhere")
    for out in (None, tmp_path / "b.xlsx"):
        assert "a folder for the workbook" in refused(lambda out=out: actions.study(None, None, out, quiet), tmp_path)
    assert "ends in .xlsx" in refused(lambda: actions.study(of_cells, None, tmp_path / "b.xlsm", quiet), tmp_path)
    missing = tmp_path / "missing.csv"
    assert "is none" in refused(lambda: actions.study(missing, None, tmp_path / "new", quiet), tmp_path)


@pytest.fixture
def pair(ran: tuple[actions.StudyOutcome, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A study that was run and a filing beside it."""
    return Path(shutil.copy(ran[1], tmp_path / "study.xlsx")), Path(shutil.copy(FILING, tmp_path / "filing.xlsx"))


def numbers(path: Path, table: str) -> pd.DataFrame:
    return read_tables(path, [table])[table].frame.reset_index(drop=True)


def test_what_was_fitted_is_carried_exactly(pair: tuple[Path, Path], ran: tuple[actions.StudyOutcome, Path]) -> None:
    book, filing = pair
    carried = actions.carry_study(book, filing, None, None, quiet)
    fitted = ran[0].result.fitted.tables
    for name in FACTORS:
        found = numbers(filing, name)
        assert found.iloc[:, 1:].astype(float).equals(fitted[name].iloc[:, 1:].astype(float)), name
    assert numbers(filing, "lapse_lifetime_pay").equals(numbers(FILING, "lapse_lifetime_pay"))
    assert numbers(filing, MORTALITY).equals(numbers(FILING, MORTALITY))
    sheet = openpyxl.load_workbook(book)["Carried"]
    listed = [[c.value for c in row] for row in sheet.iter_rows() if str(row[0].value) in FACTORS]
    assert len(listed) == len(carried.changes.changes) > 100 and f"{len(listed):,} numbers" in str(sheet["A2"].value)
    target = openpyxl.load_workbook(filing)
    for table, *_, after, place in listed:
        name, at = place.split("!")
        assert target[name][at].value == after, (table, place)
    assert set(carried.changes.given) == set(FACTORS)
    read = actions.read_inputs(filing, None, quiet)
    assert read.assumptions.mortality.sex_factor.at([0]) == ran[0].result.fitted.mortality.sex_factor.at([0])


@pytest.mark.parametrize(
    ("carry", "wanted"),
    [
        ("factors", FACTORS),
        ("factors with experience and lapse", [*FACTORS, LAPSE, MORBIDITY, MORTALITY, "lapse_lifetime_pay"]),
    ],
)
def test_what_is_carried_is_chosen(carry: str, wanted: list[str]) -> None:
    assert sorted(studying._wanted(carry).values()) == sorted(wanted)
    assert sorted(studying._wanted("experience").values()) == sorted([LAPSE, MORBIDITY, MORTALITY])
    assert len(studying._wanted("factors and experience")) == len(FACTORS) + 3


def test_experience_of_other_rows_is_refused_whole(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Few policies have no exposure where the filing has a row; neither workbook changes."""
    book, _ = pair
    edited(book, book, choose("carry", "factors and experience"), choose("filing_workbook", "filing.xlsx"))
    words = refused(lambda: actions.carry_study(book, None, None, None, quiet), tmp_path)
    assert "premium_payment Ten-Pay, partner_status Single, policy_duration 17, for which there is no" in words
    assert "factors, to carry those without the experience" in words


def test_without_a_study_or_a_filing_nothing_is_carried(
    of_cells: Path, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    book, filing = pair
    shutil.copy(of_cells, tmp_path / "new.xlsx")
    words = refused(lambda: actions.carry_study(tmp_path / "new.xlsx", filing, None, None, quiet), tmp_path)
    assert "a study run in this workbook before" in words
    words = refused(lambda: actions.carry_study(book, None, None, None, quiet), tmp_path)
    assert "sheet Study, cell B" in words and "no filing_workbook" in words
    edited(book, book, choose("filing_workbook", "gone.xlsx"))
    words = refused(lambda: actions.carry_study(book, None, None, None, quiet), tmp_path)
    assert "sheet Study, cell B" in words and "'gone.xlsx'" in words


@pytest.mark.parametrize("at", [0, -1])
def test_cancelled_nothing_is_written(at: int, of_cells: Path, tmp_path: Path) -> None:
    book, said = Path(shutil.copy(of_cells, tmp_path / "b.xlsx")), list[str]()
    perform("study", book, said.append, tmp_path / "whole.xlsx")
    (tmp_path / "whole.xlsx").unlink()
    before, last = files_in(tmp_path), said[at]

    def stop(doing: str) -> None:
        if doing in (last, "writing b.xlsx"):
            raise Cancelled

    with pytest.raises(Cancelled):
        perform("study", book, stop)
    assert files_in(tmp_path) == before


def test_buttons_study_and_carry(of_cells: Path, tmp_path: Path) -> None:
    book = edited(of_cells, tmp_path / "b.xlsx", choose("filing_workbook", "filing.xlsx"), choose("carry", "factors"))
    shutil.copy(FILING, tmp_path / "filing.xlsx")
    report = perform("study", book, quiet)
    assert report.sheet == "Summary" and report.files == (book,) and "life-years" in report.message
    report = perform("carry", book, quiet)
    assert report.sheet == "Carried" and report.files == (book, tmp_path / "filing.xlsx")
    assert report.message.startswith("Into filing.xlsx:\n")


def test_the_command_line(of_cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Path(shutil.copy(of_cells, tmp_path / "b.xlsx"))
    filing = Path(shutil.copy(FILING, tmp_path / "filing.xlsx"))
    edited(book, book, choose("carry", "factors"))
    assert cli.main(["carry", str(book), "--into", str(filing)]) == 2
    assert "nothing was written" in (said := capsys.readouterr()).err and "study run in this workbook" in said.err
    assert cli.main(["study", str(book)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "life-years" in lines[0] and lines[1].startswith("Deaths: actual to expected ")
    assert lines[-1] == f"Written: {book}"
    assert cli.main(["carry", str(book), "--into", str(filing), "--out", str(tmp_path / "new.xlsx")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"Written: {tmp_path / 'new.xlsx'}" in lines and any(" numbers changed" in line for line in lines)
    assert filing.read_bytes() == FILING.read_bytes()
    assert cli.main(["study"]) == 2
    assert "xl-ltc study: the input can't be used; nothing was written." in capsys.readouterr().err
    assert cli.main(["study", "--out", str(tmp_path / "drawn")]) == 0
    assert "Note: Illustrative: " in capsys.readouterr().out
    assert study_inputs.read_study(tmp_path / "drawn" / FILE).control.policies == ILLUSTRATIVE


def test_the_buttons_of_a_study_are_in_its_workbooks_and_in_the_menu(tmp_path: Path) -> None:
    of_study = [action for action in ACTIONS.values() if action.kind == STUDY]
    assert [action.name for action in of_study] == ["study", "carry"]
    assert {action.name for action in of_study} < set(menu.settings()["actions"])
    for name in ("Study", "Summary", "Carried"):
        assert name in menu.settings()["own_sheets"]
    made = macros(("Study", "Summary"), STUDY)
    assert list(made.buttons) == ["Run study", "Carry to filing", "Cancel"]
