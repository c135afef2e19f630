"""The level of factors of which only products are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_ltc.errors import InputError
from xl_ltc.experience.basis import AS_CURRENT, AS_FITTED, MEAN_ONE
from xl_ltc.experience.glm.level import set_level

FACTORS = {"sex": np.array([0.5, 0.8]), "duration": np.array([1.0, 2.0, 4.0])}
WEIGHTS = {"sex": np.array([1.0, 2.0]), "duration": np.array([1.0, 1.0, 1.0])}
CURRENT = {"sex": np.array([1.4, 1.4]), "duration": np.array([9.0, 9.0, 9.0])}


def test_mean_one_by_hand() -> None:
    """Sex averages (0.5 + 2 × 0.8) / 3 = 0.7, which moves to duration."""
    got = set_level(FACTORS, WEIGHTS, MEAN_ONE, "duration")
    assert got["sex"] == pytest.approx([5 / 7, 8 / 7]) and got["duration"] == pytest.approx([0.7, 1.4, 2.8])


def test_as_current_by_hand() -> None:
    """Today's 1.4 is twice what was fitted; duration is halved, whatever its own factors are today."""
    got = set_level(FACTORS, WEIGHTS, AS_CURRENT, "duration", CURRENT)
    assert got["sex"] == pytest.approx([1.0, 1.6]) and got["duration"] == pytest.approx([0.5, 1.0, 2.0])


def test_as_fitted() -> None:
    got = set_level(FACTORS, WEIGHTS, AS_FITTED, "anything")
    assert all((got[name] == FACTORS[name]).all() for name in FACTORS)


POSITIVE = st.lists(st.floats(0.1, 10.0), min_size=3, max_size=3).map(np.array)


@given(
    st.lists(st.tuples(POSITIVE, POSITIVE, POSITIVE), min_size=1, max_size=4), st.sampled_from([MEAN_ONE, AS_CURRENT])
)
def test_no_fitted_value_changes(effects: list[tuple[np.ndarray, np.ndarray, np.ndarray]], rule: str) -> None:
    factors, weights, current = ({str(k): e[part] for k, e in enumerate(effects)} for part in range(3))
    got = set_level(factors, weights, rule, "0", current)
    for levels in np.ndindex(*(3,) * len(effects)):
        was = np.prod([f[level] for f, level in zip(factors.values(), levels, strict=True)])
        assert np.prod([got[n][level] for n, level in zip(factors, levels, strict=True)]) == pytest.approx(was)
    for name in set(factors) - {"0"}:
        wanted = weights[name].sum() if rule == MEAN_ONE else weights[name] @ current[name]
        assert weights[name] @ got[name] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("rule", "carrier", "current"),
    [(MEAN_ONE, "age", None), (AS_CURRENT, "duration", None), (AS_CURRENT, "duration", {}), ("other", "sex", CURRENT)],
)
def test_refusals(rule: str, carrier: str, current: dict[str, np.ndarray] | None) -> None:
    with pytest.raises(InputError, match="factor level"):
        set_level(FACTORS, WEIGHTS, rule, carrier, current)
