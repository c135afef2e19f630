"""The state whose own request sections 19 and 22 show beside the nationwide one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_ltc.inforce.block import Block
from xl_ltc.settings import Settings
from xl_ltc.states import STATES

PUBLISHED = "MD"
"""The state whose numbers the filing prints."""


@dataclass(frozen=True)
class Jurisdiction:
    """A state and its request.

    Attributes:
        code: as in the in-force file's column ``state``.
        name: in titles.
        cap: no policy's increase is more than this.
    """

    code: str
    name: str
    cap: float

    @classmethod
    def of(cls, settings: Settings) -> Jurisdiction:
        """The state that the settings name."""
        return cls(settings.filing_state, STATES[settings.filing_state], settings.state_rate_increase_cap)

    def policies(self, block: Block) -> np.ndarray:
        """Which policies of a block are of the state, a mask."""
        return np.asarray((block.frame["state"] == self.code).to_numpy())
