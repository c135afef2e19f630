"""A small block made up from whatever categories the assumptions know, and the rules it is checked by."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.read import read_inforce
from xl_ltc.inforce.schema import CODED, PREMIUM_MODES, YES_NO
from xl_ltc.inforce.validate import InforceRules, check_inforce
from xl_ltc.projection.rules import rules_of


@pytest.fixture(scope="session")
def rules() -> InforceRules:
    return rules_of(bundled())


def random_policies(rules: InforceRules, policies: int, seed: int = 1) -> pd.DataFrame:
    """Policies that pass every check, as text, whole numbers and numbers; the dates in ISO form."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.choice(np.array(rules.vocabulary[name], dtype=object), policies) for name in CODED}
    issue_age = rng.integers(18, 60, policies)
    # Issued so late that no premium-paying period is over, for any option.
    issued = np.datetime64("2013-01-01") + rng.integers(0, 4 * 365, policies)
    premium = np.round(rng.uniform(500, 5_000, policies), 2)
    return pd.DataFrame(
        {
            "policy_id": [f"{i:07d}" for i in range(policies)],
            "series": columns["series"],
            "state": rng.choice(np.array(["MD", "VA", "NA"], dtype=object), policies),
            "issue_date": issued.astype(str).astype(object),
            "issue_age": issue_age,
            **{name: columns[name] for name in CODED if name != "series"},
            "discounted_renewal": rng.choice(np.array(YES_NO, dtype=object), policies),
            "premium_mode": rng.choice(np.array(PREMIUM_MODES, dtype=object), policies),
            "daily_benefit": rng.uniform(50, 400, policies),
            "annualized_premium": np.where(rng.random(policies) < 0.1, 0.0, premium),
            "new_business_premium": premium * rng.uniform(0.5, 3.0, policies),
        }
    )


@pytest.fixture
def policies(rules: InforceRules) -> pd.DataFrame:
    return random_policies(rules, 12)


@pytest.fixture(scope="session")
def make_policies(rules: InforceRules) -> Callable[..., pd.DataFrame]:
    """``make_policies(n, seed=1)``: policies that pass every check."""
    return functools.partial(random_policies, rules)


def write(frame: pd.DataFrame, path: Path) -> Path:
    """A frame as a user's own tool would write it; Parquet has one type a column, else text."""
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
        return path
    frame = frame.copy()
    for name in frame:
        try:
            pa.array(frame[name], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            frame[name] = [None if v is None or v != v else str(v) for v in frame[name]]
    frame.to_parquet(path, index=False)
    return path


@pytest.fixture
def save() -> Callable[[pd.DataFrame, Path], Path]:
    return write


@pytest.fixture(params=["csv", "parquet"])
def ending(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def load(tmp_path: Path, ending: str, rules: InforceRules) -> Callable[..., Block]:
    """Writes a frame to ``inforce.csv`` or ``inforce.parquet``, reads it and checks it."""

    def through_file(frame: pd.DataFrame, rules: InforceRules = rules) -> Block:
        return check_inforce(read_inforce(write(frame, tmp_path / f"inforce.{ending}")), rules)

    return through_file


@pytest.fixture
def at(ending: str) -> Callable[..., str]:
    """The place of a cell of policy ``row`` (its id is its number), as a message should give it."""

    def place(row: int, column: str | None = None, policy: str | None = None) -> str:
        parts = [f"inforce.csv, row {row + 2}" if ending == "csv" else f"inforce.parquet, record {row + 1}"]
        if column is not None:
            parts += [f"column {column}", f"policy {policy or format(row, '07d')}"]
        return ", ".join(parts)

    return place
