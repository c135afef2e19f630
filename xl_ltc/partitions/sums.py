"""What is kept of policies once they are projected: sums, which add up over parts in the order of the file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from xl_ltc.inforce.control_totals import added_totals
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.partitions.summed import Summed
from xl_ltc.projection.results import KERNEL_COLUMNS, CashFlows
from xl_ltc.recut.kept import KeptFile

Vocabulary = Mapping[str, Sequence[str]]
"""Categories of coded columns, in code order."""


@dataclass(frozen=True)
class Sums:
    """The sums of a part or of a file.

    Attributes:
        cash_flows: by the case's name.
        control_totals: as ``inforce.control_totals``.
        policies: how many; affected: how many of them are affected by the increase.
        summed: what else the job sums, by its names.
        kept: files of the policies' own results.
    """

    cash_flows: Mapping[str, CashFlows]
    control_totals: pd.DataFrame
    policies: int
    affected: int
    summed: Mapping[str, Summed] = field(default_factory=dict)
    kept: tuple[KeptFile, ...] = ()

    @classmethod
    def added(cls, parts: Sequence[Sums], vocabulary: Vocabulary) -> Sums:
        """The sums of parts, in their order; each has the same cases.

        Args:
            parts: at least one.
            vocabulary: of the coded columns.
        """
        if len(parts) == 1:
            return parts[0]
        flows = {n: added_cash_flows([part.cash_flows[n] for part in parts], vocabulary) for n in parts[0].cash_flows}
        totals = added_totals([part.control_totals for part in parts], vocabulary["series"])
        summed = {name: Summed.added([part.summed[name] for part in parts]) for name in parts[0].summed}
        kept = tuple(file for part in parts for file in part.kept)
        return cls(flows, totals, sum(p.policies for p in parts), sum(p.affected for p in parts), summed, kept)

    def beside(self, other: Sums) -> Sums:
        """The same policies' sums with the cases of both; all else is this one's, as ``Job.shared_out`` has it."""
        return dataclasses.replace(self, cash_flows={**self.cash_flows, **other.cash_flows})


def added_cash_flows(parts: Sequence[CashFlows], vocabulary: Vocabulary) -> CashFlows:
    """Cash flows of the same years together, by group; groups in the order ``project`` gives them.

    Args:
        parts: grouped alike, at least one; a group missing in one is zero there.
        vocabulary: of the coded columns.
    """
    columns = list(parts[0].groups.columns)
    order = {name: {text: i for i, text in enumerate(vocabulary[name])} for name in columns if name in CODED}
    kinds = {column.name: column.kind for column in INFORCE.columns}

    def place(key: tuple) -> tuple:
        return tuple(_place(name, value, order, kinds) for name, value in zip(columns, key, strict=True))

    keys = [list(part.groups.itertuples(index=False, name=None)) for part in parts]
    all_keys = sorted({key for of_part in keys for key in of_part}, key=place)
    position = {key: i for i, key in enumerate(all_keys)}
    first = parts[0]
    total = np.zeros((len(all_keys), len(first.years), len(KERNEL_COLUMNS)))
    for part, of_part in zip(parts, keys, strict=True):
        total[[position[key] for key in of_part]] += part.values  # noqa: PD011  not pandas'
    groups = pd.DataFrame(all_keys, columns=columns).astype(dict(first.groups.dtypes))
    return CashFlows(groups, first.years, total)


def _place(name: str, value: object, order: Mapping[str, Mapping[str, int]], kinds: Mapping[str, str]) -> object:
    """What a grouping value is sorted by: its code, its number, or itself."""
    if name in order:
        return order[name][str(value)]
    return float(str(value)) if kinds.get(name) in ("integer", "number") else value
