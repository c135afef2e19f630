"""The assumption set of a projection: a saved workbook's or the bundled one, with settings of a range on top."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from xl_ltc_udfs.cells import Rows
from xl_ltc_udfs.file_version import FileVersion, file_version
from xl_ltc_udfs.range_settings import settings_of
from xl_ltc_udfs.range_tables import Contents, contents

if TYPE_CHECKING:  # a function that needs no projection need not wait for pandas
    from xl_ltc.assumptions.assumption_set import AssumptionSet
    from xl_ltc.workbook.read import WorkbookInputs

KEPT: Final = 8
"""How many assumption sets are kept."""


@dataclass(frozen=True)
class Basis:
    """What an assumption set is made from; equal for calls that project on the same assumptions.

    Attributes:
        workbook: the saved assumption workbook; None for the bundled set.
        settings: a range of settings that stand above the workbook's or the filing's; None for none.
    """

    workbook: FileVersion | None = None
    settings: Contents | None = None

    @classmethod
    def of(cls, assumptions: str | None, settings: Rows | None) -> Basis:
        """The basis of a call's arguments.

        Raises:
            Unavailable: no such workbook.
        """
        return cls(
            None if assumptions is None else file_version("assumptions", assumptions),
            None if settings is None else contents(settings),
        )


@lru_cache(maxsize=KEPT)
def assumption_set(basis: Basis) -> AssumptionSet:
    """The assumption set of a basis; shared, never change it.

    Raises:
        InputError: every problem of the workbook or of the settings.
        ArgumentError: a range of settings that is none.
    """
    from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled

    if basis.workbook is None:
        return bundled(settings_of(basis.settings))
    inputs = _inputs(basis.workbook)
    return AssumptionSet.from_tables(inputs.tables, settings_of(basis.settings, inputs.settings))


@lru_cache(maxsize=KEPT)
def _inputs(workbook: FileVersion) -> WorkbookInputs:
    from xl_ltc.workbook.read import read_workbook

    with workbook.called_as_given():
        return read_workbook(workbook.path)
