"""Runs with experience and original pricing: the filing's, and made-up ones that are hard on formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.exhibits.made_up import made_up_run
from xl_ltc.assumptions.pricing.specs import INTEREST
from xl_ltc.exhibits.filing_run import FilingRun, run_filing
from xl_ltc.experience.study import (
    BASIS,
    LAPSE,
    MORBIDITY,
    MORTALITY,
    PARAMETERS,
    Study,
    bundled_study,
    check_study,
)
from xl_ltc.pricing.sold import Sold
from xl_ltc.tables import InputTable


def study_run(study: Study | None = None, policies: int = 300) -> FilingRun:
    """A run of made-up policies with the filing's study, or another; one and a half of each were sold."""
    run = made_up_run(policies)
    sold = Sold(run.block, np.full(len(run.block), 1.5), "Made up.")
    given = bundled_study() if study is None else study
    return run_filing(run.block, run.history, run.assumptions, study=given, sold=sold)


def with_cell(table: str, row: int, column: str, value: object) -> Study:
    """The filing's study with another value in one cell."""
    frame = bundled_study()[table].astype(object)
    frame.loc[row, column] = value
    return checked(**{table: frame})


def checked(**changed: pd.DataFrame) -> Study:
    """The filing's study, some of its tables changed, checked."""
    return check_study(
        {name: InputTable(frame.astype(object)) for name, frame in {**bundled_study(), **changed}.items()}
    )


def awkward_study() -> Study:
    """Rows out of order; labels of wildcards, operators and quotation marks; nothing exposed; lapses that are known."""
    bundled = bundled_study()
    names = {"Partnered": "*", "Single": "{a!b}.c", "Preferred": '="x"', "1-3": "<>", "4-6": "~*"}
    deaths = bundled[MORTALITY].replace({"category": names}).sort_values(["category", "exposure"], ignore_index=True)
    deaths.loc[deaths["category"] == "*", ["exposure", "deaths"]] = 0.0
    claims = bundled[MORBIDITY].replace({"category": names}).sort_values("exposure", ignore_index=True)
    claims.loc[claims["category"] == "~*", "adjusted_claims"] = 0.0
    lapse = bundled[LAPSE].sort_values("exposure", ascending=False, ignore_index=True)
    single = lapse["policy_duration"].str.isdigit() & (lapse["premium_payment"] == "Lifetime-Pay")
    lapse.loc[single, "events"] = (lapse["exposure"] * 0.002).round()
    lapse.loc[lapse["policy_duration"] == "All", "credibility"] = float("nan")
    basis = bundled[BASIS].sort_values("description", ignore_index=True)
    basis.loc[0, ["assumption", "series"]] = ["*", "?"]
    interest = bundled[INTEREST].iloc[::-1].reset_index(drop=True)
    interest.loc[0, "basis"] = "600*"
    return checked(
        **{
            MORTALITY: deaths,
            MORBIDITY: claims,
            LAPSE: lapse,
            BASIS: basis,
            INTEREST: interest,
            PARAMETERS: bundled[PARAMETERS].iloc[::-1].reset_index(drop=True),
            "pricing_lapse_400": bundled["pricing_lapse_400"].iloc[:: 0 - 1].reset_index(drop=True),
            "pricing_lapse_200_300": bundled["pricing_lapse_200_300"].iloc[:0],
        }
    )
