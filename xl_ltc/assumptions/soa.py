"""Published mortality tables and improvement scales, read from the ``pymort`` archive, one file at a time."""

from __future__ import annotations

import functools
import importlib.resources

import numpy as np
import pandas as pd
from lxml import etree

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
    # pymort's own reader makes a pandas frame of every row of a select table, which takes half a second in all.
    xml = importlib.resources.files("pymort.table_xml").joinpath(f"t{table_id}.xml").read_bytes()
    axes = etree.fromstring(xml).findall("./Table")[part].findall("./Values/Axis")
    # The cells that a triangular select table does not fill have no text.
    cells = [(axis.get("t"), y.get("t"), float(y.text)) for axis in axes for y in axis.iter("Y") if y.text]
    outer, inner, rates = zip(*cells, strict=True)
    if outer[0] is None:
        index: pd.Index = pd.Index([int(age) for age in inner], name="Age")
    else:
        levels = [[int(age) for age in outer], [int(duration) for duration in inner]]
        index = pd.MultiIndex.from_arrays(levels, names=["Age", "Duration"])
    return pd.Series(rates, index, name="vals", dtype="float64")


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
