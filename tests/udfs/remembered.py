"""A remembered run with numbers a person can add up; hosts run in other processes and read it from the state folder."""

from __future__ import annotations

import json
from pathlib import Path

_BEFORE = {
    "lifetime_loss_ratio": 1.5,
    "earned_premium": [100.0, 90.0],
    "lives": [11.0, 10.0],
    "loss_ratio": [0.5, 2.5],
}
_AFTER = {
    "lifetime_loss_ratio": 1.25,
    "earned_premium": [100.0, 110.0],
    "lives": [11.0, 9.0],
    "loss_ratio": [0.5, 2.0],
    "test_58_85": "Pass",
    "test_58_85_item_5": 77.0,
}
_ONE_SERIES = {"lifetime_loss_ratio": 1.6, "loss_ratio": [0.5, float("nan")]}


def remember(state: Path) -> None:
    """Put the run where ``LTC_RESULT`` looks for it, as ``xl_ltc.workbook.last_run`` lays it out."""
    folder = state / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    run = {
        "format": 1,
        "workbook": "/somewhere/remembered.xlsx",
        "manifest": {},
        "years": [2016, 2017],
        "results": {"All": {"before": _BEFORE, "after": _AFTER}, "200": {"before": _ONE_SERIES, "after": _ONE_SERIES}},
    }
    (folder / "remembered.json").write_text(json.dumps(run), encoding="utf-8")
