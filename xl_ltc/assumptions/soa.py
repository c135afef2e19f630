"""Published mortality tables and improvement scales, read from the ``pymort`` archive, one file at a time."""

from __future__ import annotations

import functools
import importlib.resources

import numpy as np
import pandas as pd

IAM_2012_BASIC = {"Male": 2581, "Female": 2582}
"""2012 Individual Annuity Mortality Basic, age nearest birthday, ages 0–120."""

SCALE_G2 = {"Male": 2583, "Female": 2584}
"""Projection scale G2, annual improvement rates, ages 0–105."""


@functools.cache
def table(table_id: int, part: int = 0) -> pd.Series:
    """One SOA table by its identity number.

    Args:
        table_id: as the archive has it.
        part: of a select and ultimate table, 0 is the select part and −1 the ultimate one.

    Returns:
        float64 series indexed by age (or by age and duration for a select table).
    """
    # pymort imports its whole package of 3,000 files' names; only the one file asked for is parsed.
    from pymort import MortXML

    xml = importlib.resources.files("pymort.table_xml").joinpath(f"t{table_id}.xml").read_text()
    return MortXML(xml).Tables[part].Values["vals"].astype("float64")


def by_sex(tables: dict[str, int], last_age: int, beyond: float | None = None) -> pd.DataFrame:
    """A sex-distinct table as columns ``attained_age, Male, Female`` for ages 0 to ``last_age``.

    Args:
        tables: table identity by sex.
        last_age: the last age wanted.
        beyond: the rate at ages after the published table's last; None if there are none.
    """
    out = pd.DataFrame({"attained_age": np.arange(last_age + 1)})
    for sex, table_id in tables.items():
        rates = table(table_id).reindex(out["attained_age"])
        out[sex] = (rates if beyond is None else rates.fillna(beyond)).to_numpy()
    return out
