"""What the exhibits of experience are built from: a run of the filing, or a study."""

from __future__ import annotations

from typing import Protocol

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.experience.study import Study


class Studied(Protocol):
    """Assumptions, and experience as input tables."""

    @property
    def assumptions(self) -> AssumptionSet:
        """The current assumptions."""

    @property
    def study(self) -> Study:
        """Experience; see ``experience.study``."""
