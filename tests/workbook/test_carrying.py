"""Carrying numbers into a filing workbook: checked against the tables' bounds, summed up, and nothing overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.small_filing import choose, edited, files_in, put
from xl_ltc.assumptions.assumption_set import bundled_tables
from xl_ltc.errors import InputError
from xl_ltc.experience.study import LAPSE, MORBIDITY, MORTALITY, bundled_study
from xl_ltc.workbook.actions.carrying import RUN_AGAIN, Carried, carry_tables
from xl_ltc.workbook.layout import OUTPUT_SHEETS
from xl_ltc.workbook.read import read_tables

COMMITTED = Path(__file__).parents[2] / "workbooks" / "ltc_rate_filing.xlsx"
SEX = "mortality_factor_sex"


def quiet(_: str) -> None:
    """No progress."""


def sex(female: object, male: object) -> dict[str, pd.DataFrame]:
    return {SEX: pd.DataFrame({"factor": pd.Series([female, male], dtype=object), "sex": ["Female", "Male"]})}


@pytest.fixture
def filing(tmp_path: Path) -> Path:
    return Path(shutil.copy(COMMITTED, tmp_path / "filing.xlsx"))


@pytest.fixture(scope="module")
def inputs_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed workbook without its output sheets, quick to edit."""
    book = openpyxl.load_workbook(COMMITTED)
    for sheet in OUTPUT_SHEETS:
        del book[sheet]
    path = tmp_path_factory.mktemp("inputs") / "inputs.xlsx"
    book.save(path)
    return path


def refused(filing: Path, frames: dict[str, pd.DataFrame], out: Path | None = None, source: Path | None = None) -> str:
    """What is said, after which every file is as it was."""
    before = files_in(filing.parent)
    with pytest.raises(InputError) as error:
        carry_tables(source, frames, filing, out, quiet)
    assert files_in(filing.parent) == before
    return str(error.value)


def test_numbers_arrive_and_are_summed_up(filing: Path) -> None:
    told: list[str] = []
    frames = sex("1.25", 1) | {"behaviour": bundled_tables()["behaviour"].frame}
    carried = carry_tables(None, frames, filing, None, told.append)
    frame = read_tables(filing, [SEX])[SEX].frame
    assert dict(zip(frame["sex"], frame["factor"], strict=True)) == {"Female": 1.25, "Male": 1.0}
    assert carried.summary == (f"{SEX}: 2 of 2 numbers changed", "behaviour: 0 of 6 numbers changed")
    assert carried.out == filing and carried.warnings == (RUN_AGAIN,)
    assert told == ["checking the numbers", "writing filing.xlsx"]


def test_where_nothing_changes_nothing_is_to_be_done(filing: Path) -> None:
    before = files_in(filing.parent)
    study = {name: frame for name, frame in bundled_study().items() if name in (MORTALITY, LAPSE, MORBIDITY)}
    key = ["premium_payment", "partner_status", "policy_duration"]
    study[LAPSE] = study[LAPSE][[*key, "exposure", "events", "credibility"]]
    carried = carry_tables(None, study, filing, None, quiet)
    assert isinstance(carried, Carried) and carried.warnings == () and carried.changes.unchanged > 100
    assert all(": 0 of " in line for line in carried.summary) and files_in(filing.parent) == before


def test_columns_that_are_not_given_stay(filing: Path) -> None:
    frame = bundled_study()[LAPSE]
    given = frame[["premium_payment", "partner_status", "policy_duration"]].assign(
        credibility=frame["credibility"].where(frame["credibility"].index > 0, 0.015625)
    )
    (line,) = carry_tables(None, {LAPSE: given}, filing, None, quiet).summary
    assert line.startswith(f"{LAPSE}: 1 of ")


def test_optional_cells_are_cleared(filing: Path) -> None:
    frame = bundled_study()[LAPSE].iloc[:, [0, 1, 2, 3]]
    filled = int(frame["exposure"].notna().sum())
    frame["exposure"] = float("nan")
    (line,) = carry_tables(None, {LAPSE: frame}, filing, None, quiet).summary
    assert line == f"{LAPSE}: {filled} of {len(frame)} numbers changed" and filled
    assert set(read_tables(filing, [LAPSE])[LAPSE].frame["exposure"]) == {""}


@pytest.mark.parametrize(
    ("value", "found"), [(20.5, "20.5"), (-0.1, "-0.1"), ("high", "'high'"), (None, "nothing (blank)")]
)
def test_numbers_beyond_their_bounds_are_refused(filing: Path, value: object, found: str) -> None:
    words = refused(filing, sex(value, 1), source=Path("somewhere/study.xlsx"))
    assert words == (
        f"study.xlsx, table {SEX}, sex Female, column factor: found {found}; allowed: a number from 0 to 20"
    )


def test_tables_and_columns_nobody_knows_are_refused_with_all_the_rest(filing: Path) -> None:
    frames = {"mine": pd.DataFrame()} | sex(21, 1) | {"improvement": pd.DataFrame({"parameter": ["x"], "word": [1]})}
    words = refused(filing, frames).splitlines()
    assert words[0].startswith("new numbers, table mine: found no such table; allowed: one of mortality_base, ")
    assert "sex Female, column factor: found 21" in words[1]
    assert words[2].startswith("new numbers, table improvement, column word: found unknown column 'word'")


def test_text_is_not_carried(filing: Path) -> None:
    frame = bundled_tables()["inflation_option"].frame
    assert "column method: found 'none'; allowed: a number" in refused(filing, {"inflation_option": frame})


def test_other_categories_are_named(inputs_only: Path, tmp_path: Path) -> None:
    given = bundled_study()[MORTALITY]
    one = given.iloc[3][["characteristic", "category"]].to_dict()
    filing = edited(inputs_only, tmp_path / "filing.xlsx", put(MORTALITY, one, "category", "Other"))
    words = refused(filing, {MORTALITY: given})
    named = f"characteristic {one['characteristic']}, category"
    assert f"found no row {named} {one['category']}; allowed: a row for each of the new numbers" in words
    assert f"found {named} Other, for which there is no new number" in words


def test_a_formula_is_told(inputs_only: Path, tmp_path: Path) -> None:
    filing = edited(inputs_only, tmp_path / "filing.xlsx", put(SEX, {"sex": "Male"}, "factor", "=1+1"))
    words = refused(filing, sex(1, 1))
    assert "a formula with no stored value" in words and "found a formula, where factor 1 of table" in words


def test_neither_source_nor_in_force_file_nor_another_kind_is_overwritten(inputs_only: Path, tmp_path: Path) -> None:
    policies, source = (Path(shutil.copy(inputs_only, tmp_path / f"{n}.xlsx")) for n in ("policies", "source"))
    filing = edited(inputs_only, tmp_path / "filing.xlsx", choose("inforce", policies.name))
    settings = openpyxl.load_workbook(COMMITTED, data_only=True)["Settings"]
    book = openpyxl.load_workbook(filing)
    for row in settings.iter_rows():
        for cell in row:
            if cell.value is not None:
                book["Settings"][cell.coordinate].value = cell.value
    book.save(filing)
    assert "the workbook the numbers come from" in refused(filing, sex(1, 1), source, source)
    assert "the in-force file" in refused(filing, sex(1, 1), policies, source)
    assert "ends in .xlsx" in refused(filing, sex(1, 1), tmp_path / "out.xlsm")
    assert carry_tables(filing, sex(1, 1), filing, None, quiet).out == filing
    out = tmp_path / "out.xlsx"
    for _ in range(2):
        assert carry_tables(source, sex(3, 4), filing, out, quiet).changes.changed_in(SEX) == 2
    assert sorted(read_tables(out, [SEX])[SEX].frame["factor"]) == [3.0, 4.0]
