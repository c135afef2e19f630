"""The choices an actuary could argue about, each with a name, a default and its meaning.

The default of each is what the filing did, or, where the filing is silent, the choice of this product. They
stand on the workbook's Settings and Control sheets and in the exhibits' footnotes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xl_ltc.choices import allowed_words, checked, choice
from xl_ltc.states import STATES
from xl_ltc.tables import Locator

HIGHEST_INCREASE = 10.0
"""The largest increase that can be asked for or found, as a fraction of premium."""


@dataclass(frozen=True)
class Settings:
    """Named settings of a run; immutable. ``dataclasses.replace`` makes a changed copy."""

    valuation_date: dt.date = choice(
        dt.date(2016, 12, 31),
        "Values are accumulated and discounted to this day, a 31 December",
        "Section 15",
        on_control=True,
    )
    projection_years: int = choice(
        60, "Calendar years projected after the valuation date", "Section 15", low=1, high=120, on_control=True
    )
    increase_effective_year: int = choice(
        2019,
        "The increase takes effect on each policy's anniversary in this year",
        "Sections 2 and 20",
        low=1900,
        high=2200,
        on_control=True,
    )
    rate_increase_cap: float = choice(
        1.0, "No policy's increase is more than this", "Section 2", high=HIGHEST_INCREASE, on_control=True
    )
    increase_rounding: float = choice(
        0.0,
        "Increases are rounded to a multiple of this before they are applied; 0 for no rounding",
        "Section 2",
        high=0.5,
    )
    rbo_basis: str = choice(
        "as_filed",
        "Premium and claims given up by those who reduce benefits: as_filed = the RBO election rate; literal = the "
        "memorandum's formula; literal_unnormalised = its words with the weights left as they are",
        "Appendix A",
        allowed=("as_filed", "literal", "literal_unnormalised"),
    )
    behaviour_rounding_tie: str = choice(
        "half_up",
        "An increase halfway between two roundings goes up, or to the even one",
        "Appendix A, silent",
        allowed=("half_up", "half_even"),
    )
    phase_in_behaviour: str = choice(
        "each_step",
        "What insureds answer when an increase is taken in yearly steps: each_step = each step, by its own increase; "
        "full_increase = the whole increase, at the first step",
        "Sections 2 and 6e, silent",
        allowed=("each_step", "full_increase"),
    )
    age_basis: str = choice(
        "nearest_birthday",
        "Issue ages are age nearest birthday, as the mortality table is; last_birthday reads rates half a year later",
        "Silent",
        allowed=("nearest_birthday", "last_birthday"),
    )
    end_of_mortality_table: str = choice(
        "certain_death",
        "At the mortality table's last age everyone dies within the year, or its last rate holds for ever",
        "Silent",
        allowed=("certain_death", "last_rate_holds"),
    )
    average_lives: str = choice(
        "linear",
        "Lives over a part of a year: the mean of begin and end, or the mean under a constant force",
        "Silent",
        allowed=("linear", "constant_force"),
    )
    time_step: str = choice(
        "annual",
        "Average lives are those of a calendar year's parts before and after the anniversary, or of its months too; "
        "survival and the year in which a cash flow is valued stay the same, and so does all under a constant force",
        "Silent",
        allowed=("annual", "monthly"),
    )
    benefit_expiry_between_ages: str = choice(
        "linear",
        "Benefit expiry between the printed ages: interpolated, or the lower printed age's rate",
        "Section 6d",
        allowed=("linear", "step"),
    )
    paid_up_at_65_lapse: str = choice(
        "issue_age",
        "Lapse of pay-to-65 policies: by issue age (section 6c), or by attained age, zero after 60 (Exhibit III)",
        "Section 6c; Exhibit III",
        allowed=("issue_age", "attained_age"),
    )
    cash_flow_timing: float = choice(
        0.5,
        "When in its year a cash flow is valued: 0 begin, 0.5 middle, 1 end",
        "Exhibit I, by reproduction",
        high=1.0,
    )
    average_increase_weight: str = choice(
        "premium", "Weight of section 2's average increase", "Section 2", allowed=("premium", "count")
    )
    filing_state: str = choice(
        "MD",
        "The state whose own request sections 19 and 22 show, as in the in-force file's column state",
        "Sections 19 and 22",
        allowed=tuple(STATES),
        words="the postal code of a state, such as MD",
        on_control=True,
    )
    state_rate_increase_cap: float = choice(
        0.15,
        "No increase in that state is more than this; in Maryland 15% at a time, COMAR 31.14.01.04(5)",
        "Section 2",
        high=HIGHEST_INCREASE,
        on_control=True,
    )
    initial_premium_factor: float = choice(
        0.58, "Factor on initial premium in the 58%/85% test", "Exhibit II", high=2.0
    )
    increase_premium_factor: float = choice(
        0.85, "Factor on increased premium in the 58%/85% test", "Exhibit II", high=2.0
    )
    moderately_adverse_margin: float = choice(
        0.15, "Added to future claims in the 58%/85% test", "Exhibit II", high=2.0
    )

    @property
    def first_year(self) -> int:
        """The first projected calendar year."""
        return self.valuation_date.year + 1

    @property
    def last_year(self) -> int:
        """The last projected calendar year."""
        return self.valuation_date.year + self.projection_years


def describe() -> list[dict[str, Any]]:
    """Every setting: name, default, allowed values in words, meaning and source, in order."""
    return [
        dict(
            name=f.name,
            default=f.default,
            allowed=allowed_words(f),
            meaning=f.metadata["meaning"],
            source=f.metadata["source"],
        )
        for f in dataclasses.fields(Settings)
    ]


def from_values(values: Mapping[str, object], locate: Locator | None = None) -> Settings:
    """Settings from name → value pairs, as a Settings sheet holds them.

    Args:
        values: every setting once, in any order.
        locate: gives the place of the row at a position, for messages.

    Raises:
        InputError: a missing or unknown name, or a value that is not allowed.
    """
    return Settings(**checked(dataclasses.fields(Settings), values, locate))


def as_text(settings: Settings) -> dict[str, Any]:
    """Settings as name → value with the date in ISO form, for a manifest."""
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in dataclasses.asdict(settings).items()}
