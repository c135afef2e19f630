"""The engine against an independent implementation of the specification in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from benchmarks import numpy_engine
from xl_ltc.assumptions.assumption_set import bundled, bundled_tables
from xl_ltc.inforce.block import Block
from xl_ltc.projection.project import project
from xl_ltc.rate_increase.impact import policy_increase
from xl_ltc.settings import Settings


@pytest.fixture(scope="module")
def text_tables() -> dict[str, pd.DataFrame]:
    """The bundled tables as text, as the independent implementation reads them."""
    return {name: table.frame.astype(str) for name, table in bundled_tables().items()}


CHANGES = [
    dict(),
    dict(age_basis="last_birthday"),
    dict(end_of_mortality_table="last_rate_holds"),
    dict(average_lives="constant_force"),
    dict(time_step="monthly"),
    dict(benefit_expiry_between_ages="step"),
    dict(paid_up_at_65_lapse="attained_age"),
    dict(rbo_basis="literal"),
    dict(rbo_basis="literal_unnormalised"),
    dict(behaviour_rounding_tie="half_even"),
    dict(rate_increase_cap=0.15),
    dict(increase_effective_year=2025, projection_years=33),
    dict(average_lives="constant_force", end_of_mortality_table="last_rate_holds", age_basis="last_birthday"),
]


@pytest.mark.parametrize("settings", CHANGES, ids=lambda s: ", ".join(map(str, s.values())) or "as filed")
def test_five_hundred_random_policies(
    settings: dict[str, object], text_tables: dict[str, pd.DataFrame], random_block: Callable[..., Block]
) -> None:
    block = random_block(500, seed=41)
    run = Settings(**settings)  # type: ignore[arg-type]
    assumptions = bundled(run)
    flows = project(block, assumptions, policy_increase(block, assumptions).impact, by=("series", "sex"))
    plain = numpy_engine.inputs(block.frame, text_tables, run, by=("series", "sex"))
    assert flows.groups["series"].tolist() == sorted(plain["groups"]["series"], key=str)
    merged = flows.groups.merge(plain["groups"].reset_index(), on=["series", "sex", "valuation_rate"])
    assert len(merged) == len(flows.groups)
    values = numpy_engine.project(plain)[merged["index"]]
    # 1e-9 is what the specification asks for; both are right to some units in the last place.
    np.testing.assert_allclose(flows.values, values, rtol=1e-12, atol=1e-200)
