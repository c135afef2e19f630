"""The 58%/85% test against Exhibit II."""

from __future__ import annotations

import dataclasses

import pytest

from xl_ltc.loss_ratio.regulatory import Test5885
from xl_ltc.settings import Settings

# Exhibit II items 1, 2a, 3, 4a, 6a, and Exhibit I-b's present value of future claims.
ITEM_1 = ITEM_2A = 2_606_149_452
ITEM_3 = 1_718_816_688
ITEM_4A = 2_714_409_444
ITEM_6A = 300_048_738
FUTURE_CLAIMS = 6_039_206_031


@pytest.fixture
def exhibit_ii() -> Test5885:
    return Test5885.of(ITEM_1, ITEM_2A, ITEM_3, ITEM_4A, ITEM_6A, FUTURE_CLAIMS, Settings())


@pytest.mark.parametrize(
    ("item", "printed"),
    [
        ("item_2b", 0),
        ("item_4b", 995_592_757),
        ("item_5", 3_354_734_204),
        ("item_6b", 6_945_086_935),
        ("item_7", 7_245_135_673),
    ],
)
def test_every_item_to_the_dollar(exhibit_ii: Test5885, item: str, printed: int) -> None:
    # Two printed figures are a dollar off what their own inputs give: 4b's inputs are rounded, 6b is cut off.
    assert getattr(exhibit_ii, item) == pytest.approx(printed, abs=1.0, rel=0)


def test_the_products_to_the_dollar(exhibit_ii: Test5885) -> None:
    assert exhibit_ii.initial_factor * exhibit_ii.item_1 == pytest.approx(1_511_566_682, abs=0.5, rel=0)
    assert exhibit_ii.initial_factor * exhibit_ii.item_3 == pytest.approx(996_913_679, abs=0.5, rel=0)
    assert exhibit_ii.increase_factor * exhibit_ii.item_4b == pytest.approx(846_253_843, abs=0.5, rel=0)


def test_it_passes(exhibit_ii: Test5885) -> None:
    assert exhibit_ii.passed


def test_item_7_equal_to_item_5_passes_and_less_fails() -> None:
    settings = dataclasses.replace(Settings(), moderately_adverse_margin=0.0)
    # 58% of 100 + 100 is 116; 85% of 40 is 34: 150.
    equal = Test5885.of(100, 100, 100, 140, 50, 100, settings)
    assert equal.item_5 == pytest.approx(150, rel=1e-15)
    assert dataclasses.replace(equal, item_6a=equal.item_5 - 100).passed
    assert not dataclasses.replace(equal, item_6a=equal.item_5 - 100.01).passed


def test_the_margin_is_claims_above_what_the_test_asks_for(exhibit_ii: Test5885) -> None:
    assert exhibit_ii.margin == pytest.approx(7_245_135_673 / 3_354_734_204 - 1, rel=1e-8)
    assert dataclasses.replace(exhibit_ii, item_6a=exhibit_ii.item_5 - exhibit_ii.item_6b).margin == pytest.approx(
        0.0, abs=1e-15
    )


def test_a_prior_increase_counts_at_85_percent() -> None:
    test = Test5885.of(100, 130, 0, 0, 0, 0, Settings())
    assert test.item_2b == 30
    assert test.item_5 == pytest.approx(0.58 * 100 + 0.85 * 30, rel=1e-15)
