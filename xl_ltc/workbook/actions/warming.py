"""Compiling ahead of time what is compiled at its first use."""

from __future__ import annotations

import pandas as pd

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED, INFORCE
from xl_ltc.projection.project import project


def warm_up() -> None:
    """Compile the projection and keep the result where numba keeps it: beside the package, or in the user's cache.

    Compiled code is of one processor and one version of numba and can't be shipped; the installing commands of the
    hosts make it, so that the first recalculation need not wait for it.
    """
    assumptions = bundled()
    nobody = pd.DataFrame({column.name: [] for column in INFORCE.columns})
    project(Block.from_checked(nobody, {name: assumptions.vocabulary(name) for name in CODED}), assumptions)
