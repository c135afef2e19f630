"""The Python interface: what it offers, its example, and that it is the product the command line has."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.small_filing import SmallFiling, edited, put, small_filing
from xl_ltc import api
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.inforce.read import write_inforce

GUIDE = Path(__file__).parents[1] / "docs" / "api.md"


@pytest.fixture(scope="module")
def small(filing_run: FilingRun, tmp_path_factory: pytest.TempPathFactory) -> SmallFiling:
    return small_filing(filing_run, tmp_path_factory.mktemp("small"))


def test_what_is_offered_is_there_and_described() -> None:
    assert len(set(api.__all__)) == len(api.__all__)
    for name in api.__all__:
        assert inspect.getdoc(getattr(api, name)), name


def test_the_example_of_its_description(filing_run: FilingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "filing", lambda: filing_run)
    found = doctest.testmod(api)
    assert found.attempted == 3 and found.failed == 0


@pytest.mark.slow
def test_the_filing_is_the_filing(filing_run: FilingRun) -> None:
    again = api.filing()
    assert np.array_equal(again.cash_flows.values, filing_run.cash_flows.values)
    assert f"{again.experience.lifetime_loss_ratio('before'):.0%}" == "161%"
    assert f"{again.experience.lifetime_loss_ratio('after'):.0%}" == "119%"


@pytest.mark.slow
def test_the_guide_does_what_it_says(filing_run: FilingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of code of docs/api.md, where the demo has been run."""
    (tmp_path / "demo").mkdir()
    write_inforce(filing_run.block, tmp_path / "demo" / "inforce.parquet")
    api.write_filing_workbook(filing_run, (), {}, tmp_path / "demo" / "ltc_rate_filing.xlsx")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        exec(code, names)
    assert f"{names['experience'].lifetime_loss_ratio('before'):.2f}" == "1.61"
    np.testing.assert_allclose(names["run"].cash_flows.values, filing_run.cash_flows.values, rtol=1e-12)
    assert names["assumptions"].settings.rate_increase_cap == 0.15
    assert (tmp_path / "my_filing.xlsx").is_file()
    assert (tmp_path / "my_run.xlsx").is_file()
    assert "142.4367%" in names["solution"].summary


def test_step_by_step_it_is_the_run(small: SmallFiling, tmp_path: Path) -> None:
    """Read, project, join and measure by oneself; paths may be text."""
    assumptions = api.read_assumptions(str(small.inputs_only))
    block = api.read_inforce(str(small.csv), assumptions)
    history = api.read_history(str(small.inputs_only), assumptions)
    increase = api.policy_increase(block, assumptions)
    flows = api.join(api.from_history(history), api.project(block, assumptions, increase.impact))
    np.testing.assert_allclose(flows.values, small.run.cash_flows.values, rtol=1e-12)
    experience = api.Experience.at_valuation_rates(flows, assumptions.settings)
    wanted = small.run.experience.lifetime_loss_ratio("after")
    assert experience.lifetime_loss_ratio("after") == pytest.approx(wanted, rel=1e-12)
    run = api.run_filing(block, history, assumptions)
    written = api.write_filing_workbook(run, (), {}, tmp_path / "again.xlsx")
    again = api.read_assumptions(written)
    assert again.settings == assumptions.settings
    for name, frame in assumptions.tables.frames.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)


@pytest.mark.parametrize("form", ["csv", "parquet", "table"])
def test_policies_in_every_form(form: str, small: SmallFiling) -> None:
    block = api.read_inforce(getattr(small, form), small.run.assumptions)
    assert block.frame.equals(small.run.block.frame)


def test_a_trace_adds_up_to_the_projection(small: SmallFiling) -> None:
    policy = small.run.block.frame["policy_id"][42]
    one = small.run.block.select(np.array([42]))
    impact = api.policy_increase(one, small.run.assumptions).impact
    table = api.trace(one, small.run.assumptions, impact, policy)
    flows = api.project(one, small.run.assumptions, impact)
    found = table.groupby("calendar_year")["incurred_claims_after"].sum().to_numpy()
    np.testing.assert_allclose(found, flows.total("incurred_claims", "after"), rtol=1e-12, atol=1e-12)


def test_input_that_cant_be_used_raises(small: SmallFiling, tmp_path: Path) -> None:
    low = put("lapse_lifetime_pay", {"policy_duration": 5}, "single", 1.2)
    negative = put("history", {"calendar_year": 2003}, "lives", -1)
    book = edited(small.inputs_only, tmp_path / "book.xlsx", low, negative)
    with pytest.raises(InputError, match=r"sheet Lapse, cell B12: found 1\.2; allowed: a number from 0 to 1"):
        api.read_assumptions(book)
    with pytest.raises(InputError, match=r"sheet History, cell \w+: found -1; allowed: a number of at least 0"):
        api.read_history(book, small.run.assumptions)
    with pytest.raises(InputError, match="no such file"):
        api.read_inforce(tmp_path / "none.csv", small.run.assumptions)
