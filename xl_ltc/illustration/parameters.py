"""The named parameters of the illustrative block, each with its reason."""

from __future__ import annotations

import csv
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = "parameters.csv"


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        name: as used in the generator.
        value: its number.
        status: ``published`` (read off the filing), ``chosen`` (judgement) or ``fitted`` (by the calibration).
        reason: why it has this value, and for a fitted one what it was fitted to.
    """

    name: str
    value: float
    status: str
    reason: str


@dataclass(frozen=True)
class Parameters:
    """All parameters; ``parameters["name"]`` gives a value."""

    items: Mapping[str, Parameter]

    def __getitem__(self, name: str) -> float:
        return self.items[name].value

    def group(self, prefix: str) -> dict[str, float]:
        """The parameters called ``prefix.key``, by key."""
        return {n.removeprefix(prefix + "."): p.value for n, p in self.items.items() if n.startswith(prefix + ".")}

    def changed(self, values: Mapping[str, float]) -> Parameters:
        """A copy with some values changed."""
        items = dict(self.items)
        for name, value in values.items():
            old = items[name]
            items[name] = Parameter(name, float(value), old.status, old.reason)
        return Parameters(items)

    def write(self, path: Path) -> None:
        """Write as CSV."""
        with path.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(["parameter", "value", "status", "reason"])
            for p in self.items.values():
                writer.writerow([p.name, f"{p.value:.6g}", p.status, p.reason])


def bundled() -> Parameters:
    """The parameters of the bundled illustrative block."""
    resource = importlib.resources.files("xl_ltc.illustration").joinpath(FILE)
    with resource.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return Parameters(
        {r["parameter"]: Parameter(r["parameter"], float(r["value"]), r["status"], r["reason"]) for r in rows}
    )
