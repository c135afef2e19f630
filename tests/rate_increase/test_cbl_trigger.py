"""The increase that gives the contingent benefit upon lapse."""

from __future__ import annotations

import numpy as np
import pytest

from xl_ltc.errors import InputError
from xl_ltc.rate_increase.cbl_trigger import cbl_trigger

FROM_60_TO_90 = [
    *[70, 66, 62, 58, 54],
    *[50, 48, 46, 44, 42],
    *[40, 38, 36, 34, 32],
    *[30, 28, 26, 24, 22],
    *[20, 19, 18, 17, 16],
    *[15, 14, 13, 12, 11],
    10,
]
"""Whole percents of WAC 284-83-130(4)(c)."""


def test_single_ages() -> None:
    assert cbl_trigger(np.arange(60, 91)) == pytest.approx([percent / 100 for percent in FROM_60_TO_90])


@pytest.mark.parametrize(
    ("first", "last", "percent"),
    [
        (0, 29, 200),
        (30, 34, 190),
        (35, 39, 170),
        (40, 44, 150),
        (45, 49, 130),
        (50, 54, 110),
        (55, 59, 90),
        (90, 120, 10),
    ],
)
def test_bands(first: int, last: int, percent: int) -> None:
    assert cbl_trigger([first, (first + last) // 2, last]) == pytest.approx([percent / 100] * 3)


def test_a_limited_premium_paying_period() -> None:
    ages, limited = [18, 64, 65, 80, 81, 99], [0.5, 0.5, 0.3, 0.3, 0.1, 0.1]
    assert cbl_trigger(ages, True) == pytest.approx(limited)
    assert cbl_trigger([64, 64], [False, True]) == pytest.approx([0.54, 0.5])


def test_an_age_below_nought() -> None:
    with pytest.raises(InputError, match="issue age: found -1; allowed: zero or more"):
        cbl_trigger([40, -1])
