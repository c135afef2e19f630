"""The jurisdictions in which a filing may be made, by the code of the in-force file's column ``state``."""

from __future__ import annotations

import csv
import importlib.resources


def _read() -> dict[str, str]:
    with importlib.resources.files("xl_ltc").joinpath("states.csv").open(encoding="utf-8") as handle:
        return {row["code"]: row["name"] for row in csv.DictReader(handle)}


STATES = _read()
"""Names of the states, the District of Columbia and Puerto Rico by their postal codes."""
