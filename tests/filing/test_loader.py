"""The filing's tables as package data."""

from __future__ import annotations

import importlib.resources

import numpy as np
import pytest

from xl_ltc import filing
from xl_ltc.errors import InputError
from xl_ltc.filing import Printed


def test_every_file_is_listed_with_its_source_and_every_listed_table_is_there() -> None:
    folder = importlib.resources.files("xl_ltc.filing").joinpath("tables")
    files = {f.name.removesuffix(".csv") for f in folder.iterdir()}
    contents = filing.contents()
    assert set(contents["table"]) == files
    assert (contents["source"] != "").all() and (contents["note"] != "").all()


@pytest.mark.parametrize("name", filing.contents()["table"])
def test_keys_name_each_row_once(name: str) -> None:
    table = filing.printed(name)
    assert set(table.key) <= set(table.text)
    assert not table.key or len(table.rows) == len(table.text)


def test_columns_are_typed_by_what_they_hold() -> None:
    premium = filing.table("exhibit_1a")
    assert premium["earned_premium"].dtype == np.int64 and premium["loss_ratio"].dtype == np.float64
    assert premium["years"].iloc[-1] == "2072-2076"
    # One blank makes a column of decimals; a censored share makes one of text.
    assert np.isnan(filing.table("exhibit_2").set_index("item")["amount"]["5"])
    assert filing.table("s02_rate_increase")["All"].iloc[0] == "<1"
    assert filing.table("s18_threshold")["series"].tolist() == ["200", "300", "400", "500", "511"]


def test_a_table_is_a_copy() -> None:
    mine = filing.table("s22_insureds")
    mine["insureds"] = 0
    assert filing.table("s22_insureds")["insureds"].iloc[0] == 1037


def test_a_cell_knows_what_rounds_to_it() -> None:
    cell = filing.printed("exhibit_a2a").cell("derived_lapse", "Single", "1")
    assert (cell.text, cell.published, cell.number) == ("0.040", "0.04", 0.04)
    assert cell.bounds == pytest.approx((0.0395, 0.0405))
    assert Printed("<1", "<1").bounds == (0.0, 1.0) and not Printed("<1", "<1").is_number
    assert Printed("-7.48", "-7.48").bounds == pytest.approx((-7.485, -7.475))
    assert Printed("61", "61").half_unit == 0.5


def test_not_available_is_not_in_a_column_of_cells() -> None:
    column = filing.printed("s21_distribution").column("511")
    assert ("inflation", "Simple 5%") not in column and column["inflation", "Compound 3%"].number == 72


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(InputError, match=r"'exhibit_9'.*exhibit_1a"):
        filing.table("exhibit_9")
