"""Control totals of a block, and a hash of its content: what a run is reconciled and identified by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import INFORCE

TOTAL = "Total"
_SUMMED = ("annualized_premium", "new_business_premium", "daily_benefit")
_HOW_ADDED = {
    "policies": "sum",
    **dict.fromkeys(_SUMMED, "sum"),
    "first_issue_date": "min",
    "last_issue_date": "max",
    "lowest_issue_age": "min",
    "highest_issue_age": "max",
}


def control_totals(block: Block) -> pd.DataFrame:
    """Totals by series, and of the block in the last row.

    Args:
        block: checked policies, at least one.

    Returns:
        One row a series present, in the order of the vocabulary, and a row ``Total``. Columns: ``policies``;
        ``annualized_premium`` and ``new_business_premium`` in dollars a year; ``daily_benefit`` in dollars a day at
        issue; ``first_issue_date``, ``last_issue_date``; ``lowest_issue_age``, ``highest_issue_age``.
    """
    frame = block.frame
    by_series = _totals(frame.groupby("series", observed=True))
    by_series.index = by_series.index.astype(str)
    total = _totals(frame.groupby(np.zeros(len(frame), dtype=np.int64))).set_axis([TOTAL])
    return pd.concat([by_series, total]).rename_axis("series")


def _totals(groups: Any) -> pd.DataFrame:
    return groups.agg(
        policies=("policy_id", "size"),
        **{name: (name, "sum") for name in _SUMMED},
        first_issue_date=("issue_date", "min"),
        last_issue_date=("issue_date", "max"),
        lowest_issue_age=("issue_age", "min"),
        highest_issue_age=("issue_age", "max"),
    )


def added_totals(parts: Sequence[pd.DataFrame], series: Sequence[str]) -> pd.DataFrame:
    """The control totals of several blocks together.

    Args:
        parts: of each block, as ``control_totals``; at least one.
        series: the vocabulary's, in code order.
    """
    together = pd.concat(parts).groupby(level=0).agg(_HOW_ADDED)
    return together.loc[[name for name in (*series, TOTAL) if name in together.index]].rename_axis("series")


def content_hash(block: Block) -> str:
    """SHA-256 of the block's columns in their order, as hexadecimal text.

    It is taken over values, not over a file: the same policies in the same order give the same hash whether they
    were read from Parquet, CSV or a worksheet, on any machine, and whatever other categories the assumption
    tables know. Policies in another order are another block.
    """
    digest = hashlib.sha256()
    for column in INFORCE.columns:
        digest.update(f"{column.name}:{len(block)};".encode())
        values = block.frame[column.name]
        if column.name == "issue_date":
            digest.update(values.to_numpy().astype("datetime64[D]").astype("<i8").tobytes())
        elif column.kind == "text":
            _update_text(digest, values)
        else:
            # Adding zero makes a negative zero a plain one.
            digest.update((values.to_numpy(dtype="<f8") + 0.0).tobytes())
    return digest.hexdigest()


def _update_text(digest: Any, values: pd.Series) -> None:
    """Lengths in bytes, then the UTF-8 text itself."""
    array = pa.array(values, from_pandas=True).cast(pa.large_string())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    digest.update(pc.binary_length(array).to_numpy().astype("<i8").tobytes())
    _, offsets, text = array.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    digest.update(memoryview(text)[ends[0] : ends[-1]] if len(array) else b"")


def manifest_entry(block: Block) -> dict[str, Any]:
    """Content hash and control totals as plain JSON values, dates in ISO form."""
    return {"sha256": content_hash(block), "control_totals": as_json(control_totals(block))}


def as_json(totals: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Control totals as plain JSON values by series, dates in ISO form."""
    dates = ("first_issue_date", "last_issue_date")
    as_text = totals.assign(**{name: totals[name].dt.strftime("%Y-%m-%d") for name in dates})
    return {str(series): values for series, values in as_text.to_dict(orient="index").items()}
