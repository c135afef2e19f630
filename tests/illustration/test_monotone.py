"""The monotone cubic is SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from xl_ltc.illustration.monotone import monotone_cubic


@pytest.mark.parametrize("seed", range(20))
def test_same_as_scipy_to_the_last_bit(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = int(random.integers(3, 14))
    x = np.cumsum(random.uniform(0.1, 5.0, points))
    at = np.append(np.linspace(x[0], x[-1], 500)[:-1], x[-1])
    rising, any_way = np.cumsum(random.uniform(0.0, 1.0, points)), random.normal(size=points).round(1)
    for y in (rising, any_way, np.zeros(points)):
        assert np.array_equal(monotone_cubic(x, y, at), PchipInterpolator(x, y)(at))
