"""Categories as texts become their codes, the positions by which the assumption tables are read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xl_ltc.errors import one_of
from xl_ltc_udfs.arguments import same
from xl_ltc_udfs.cells import VALUE
from xl_ltc_udfs.problems import ElementError

_UNKNOWN = -1


def codes(argument: str, texts: np.ndarray, categories: Sequence[str]) -> np.ndarray:
    """Positions of texts among the categories; capitals do not matter.

    Args:
        argument: whose cells they are, for the reason of an error.
        texts: one an element.
        categories: in code order.

    Returns:
        int64 array of the shape of ``texts``.

    Raises:
        ElementError: elements whose text is no category.
    """
    position = {category: i for i, category in enumerate(categories)}
    found = {text: position.get(same(text, categories) or "", _UNKNOWN) for text in set(texts.tolist())}
    at = np.array([found[text] for text in texts.tolist()], dtype=np.int64)
    if _UNKNOWN in found.values():
        allowed = one_of(categories, 40)
        raise ElementError(at == _UNKNOWN, VALUE, lambda i: f"found {texts[i]!r}; allowed: {allowed}", argument)
    return at


def fixed_codes(texts: np.ndarray, categories: Sequence[str]) -> np.ndarray:
    """Positions of texts among fixed categories to which the argument was held already."""
    position = {category: i for i, category in enumerate(categories)}
    return np.array([position[text] for text in texts.tolist()], dtype=np.int64)
