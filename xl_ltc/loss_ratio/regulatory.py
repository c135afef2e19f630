"""The 58%/85% loss-ratio test of rate stability regulation (section 15, Exhibit II)."""

from __future__ import annotations

from dataclasses import dataclass

from xl_ltc.settings import Settings


@dataclass(frozen=True)
class Test5885:
    """The items of Exhibit II, in dollars at the valuation date.

    Attributes:
        item_1: accumulated value of initial earned premium.
        item_2a: accumulated value of earned premium.
        item_3: present value of future initial earned premium.
        item_4a: present value of future premium.
        item_6a: accumulated value of incurred claims.
        item_6b: present value of future incurred claims with the moderately adverse margin.
        initial_factor, increase_factor: 58% and 85%.
    """

    __test__ = False  # not a pytest class

    item_1: float
    item_2a: float
    item_3: float
    item_4a: float
    item_6a: float
    item_6b: float
    initial_factor: float
    increase_factor: float

    @classmethod
    def of(
        cls,
        accumulated_initial: float,
        accumulated_premium: float,
        present_initial: float,
        present_premium: float,
        accumulated_claims: float,
        present_claims: float,
        settings: Settings,
    ) -> Test5885:
        """The test from values at the valuation date; the margin is added to future claims here."""
        return cls(
            accumulated_initial,
            accumulated_premium,
            present_initial,
            present_premium,
            accumulated_claims,
            present_claims * (1.0 + settings.moderately_adverse_margin),
            settings.initial_premium_factor,
            settings.increase_premium_factor,
        )

    @property
    def item_2b(self) -> float:
        """Accumulated value of prior rate increases: 2a − 1."""
        return self.item_2a - self.item_1

    @property
    def item_4b(self) -> float:
        """Present value of future premium in excess of initial premium: 4a − 3."""
        return self.item_4a - self.item_3

    @property
    def item_5(self) -> float:
        """Lifetime earned premium times prescribed factor."""
        return self.initial_factor * (self.item_1 + self.item_3) + self.increase_factor * (self.item_2b + self.item_4b)

    @property
    def item_7(self) -> float:
        """Lifetime incurred claims with rate increase: 6a + 6b."""
        return self.item_6a + self.item_6b

    @property
    def margin(self) -> float:
        """By how much claims exceed what the test asks for, as a fraction of it: item 7 over item 5, less one; NaN
        without premium."""
        return self.item_7 / self.item_5 - 1.0 if self.item_5 else float("nan")

    @property
    def passed(self) -> bool:
        """Item 8: item 7 is not less than item 5."""
        return self.item_7 >= self.item_5
