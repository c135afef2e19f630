"""Which policies of a block to audit: few, of every kind."""

from __future__ import annotations

import numpy as np

from xl_ltc.inforce.block import Block
from xl_ltc.inforce.schema import CODED

SIZE = 56
_CHARACTERISTICS = (*CODED, "discounted_renewal")


def sample_policies(block: Block, size: int = SIZE) -> tuple[str, ...]:
    """Ids of policies that between them have every category of every characteristic that any policy has.

    The choice is the same for the same block: for each category of each characteristic in turn the first policy that
    has it and brings most categories not seen yet, then policies at equal distances through the block.

    Args:
        block: the policies.
        size: how many, more if there are more categories to cover, fewer if the block has fewer policies.
    """
    codes = np.stack([block.frame[name].astype("category").cat.codes.to_numpy() for name in _CHARACTERISTICS])
    chosen: list[int] = []
    seen = [set[int]() for _ in _CHARACTERISTICS]
    while True:
        fresh = np.sum([~np.isin(codes[c], list(seen[c])) for c in range(len(codes))], axis=0)
        best = int(fresh.argmax()) if len(block) else 0
        if not len(block) or fresh[best] == 0:
            break
        chosen.append(best)
        for c, of in enumerate(seen):
            of.add(int(codes[c, best]))
    spread = np.linspace(0, len(block) - 1, min(size, len(block))).astype(int).tolist() if len(block) else []
    for row in spread:
        if len(chosen) >= size:
            break
        if row not in chosen:
            chosen.append(row)
    ids = block.frame["policy_id"]
    return tuple(str(ids.iloc[row]) for row in sorted(chosen))
