"""The same job as a cashflower model, in ``cashflower_model``: one policy after the other, on every processor.

cashflower imports the modules ``input`` and ``model`` of a folder, in each of its processes; they read ``current``.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "cashflower_model"
FLOWS = ["premiums", "claims", "pols_end", "premiums_after", "initial_premiums_after", "claims_after", "pols_end_after"]

current: dict[str, Any] = {}
"""The policies and the rates of the model that runs, for the modules of ``cashflower_model``."""


def make(inputs: dict[str, Any]) -> Callable[[], np.ndarray]:
    """A run, shape (groups, years, 7). Linear average lives, section 6c's lapse."""
    from cashflower import run as run_cashflower  # type: ignore[import-untyped]

    n, groups, years = inputs["n"], len(inputs["groups"]), inputs["years"]
    of_policies = {k: v for k, v in inputs.items() if isinstance(v, np.ndarray) and v.shape == (n,)}
    current["policies"] = pd.DataFrame(of_policies)
    current["rates"] = {k: v for k, v in inputs.items() if k not in of_policies}
    settings = {
        "GROUP_BY": "group",
        # Its processes inherit ``current``, which needs a fork.
        "MULTIPROCESSING": multiprocessing.get_start_method() == "fork",
        "SAVE_OUTPUT": False,
        "T_MAX_CALCULATION": 2 * years - 1,
        "T_MAX_OUTPUT": 2 * years - 1,
    }
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))

    def run() -> np.ndarray:
        for module in ("input", "model"):
            sys.modules.pop(module, None)
        with contextlib.redirect_stdout(io.StringIO()):
            output, *_ = run_cashflower(settings=settings, path=str(FOLDER))
        return by_year(output)

    def by_year(output: pd.DataFrame) -> np.ndarray:
        flows = output[FLOWS].to_numpy().reshape(-1, years, 2, len(FLOWS))
        out = np.zeros((groups, years, len(FLOWS)))
        out[current["policies"]["group"].unique()] = flows.sum(axis=2)
        # Lives are those at the end of the year.
        out[current["policies"]["group"].unique()[:, None], :, [2, 6]] = flows[:, :, 1][..., [2, 6]].swapaxes(1, 2)
        return out

    return run
