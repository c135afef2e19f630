"""Tables of the Society of Actuaries: as the archive's own reader gives them."""

from __future__ import annotations

import importlib.resources

import pandas as pd
import pytest
from pymort import MortXML

from xl_ltc.assumptions import soa

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # in pymort

SELECT_AND_ULTIMATE, STATIC = (363, 361), (835, 834, 887, 886, *soa.IAM_2012_BASIC.values(), *soa.SCALE_G2.values())


@pytest.mark.parametrize("part", [0, -1])
@pytest.mark.parametrize("identity", [*SELECT_AND_ULTIMATE, *STATIC])
def test_a_table_is_what_the_archives_own_reader_gives(identity: int, part: int) -> None:
    xml = importlib.resources.files("pymort.table_xml").joinpath(f"t{identity}.xml").read_text()
    wanted = MortXML(xml).Tables[part].Values["vals"].astype("float64")
    pd.testing.assert_series_equal(soa.table(identity, part), wanted, rtol=0, atol=0)
    assert (soa.table(identity, part).index.nlevels == 2) == (identity in SELECT_AND_ULTIMATE and part == 0)
