"""The bases of original pricing, built from the filing's own tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xl_ltc.assumptions.assumption_set import bundled
from xl_ltc.assumptions.pricing.bases import PricingBasis, build_basis
from xl_ltc.experience.study import bundled_study
from xl_ltc.settings import Settings


@pytest.fixture(scope="session")
def basis() -> Callable[..., PricingBasis]:
    """``basis(name, setting=value, …)``: a priced basis under the filing's settings, some of them changed."""

    def build(name: str, **settings: str) -> PricingBasis:
        return build_basis(name, bundled_study(), bundled(Settings(**settings)))  # type: ignore[arg-type]

    return build
