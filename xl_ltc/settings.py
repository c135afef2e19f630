"""The choices an actuary could argue about, each with a name, a default and its meaning.

The default of each is what the filing did, or, where the filing is silent, the choice of this product. They
stand on the workbook's Settings sheet and in the exhibits' footnotes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xl_ltc.errors import InputError, Problem, one_of, shown
from xl_ltc.tables import Locator, file_locator, to_number


def _choice(
    default: Any, meaning: str, source: str, *, allowed: tuple[str, ...] = (), low: float = 0.0, high: float = math.inf
) -> Any:
    return field(default=default, metadata=dict(meaning=meaning, source=source, allowed=allowed, low=low, high=high))


@dataclass(frozen=True)
class Settings:
    """Named settings of a run; immutable. ``dataclasses.replace`` makes a changed copy."""

    valuation_date: dt.date = _choice(
        dt.date(2016, 12, 31), "Values are accumulated and discounted to this day, a 31 December", "Section 15"
    )
    projection_years: int = _choice(
        60, "Calendar years projected after the valuation date", "Section 15", low=1, high=120
    )
    increase_effective_year: int = _choice(
        2019,
        "The increase takes effect on each policy's anniversary in this year",
        "Sections 2 and 20",
        low=1900,
        high=2200,
    )
    rate_increase_cap: float = _choice(1.0, "No policy's increase is more than this", "Section 2", high=10.0)
    increase_rounding: float = _choice(
        0.0,
        "Increases are rounded to a multiple of this before they are applied; 0 for no rounding",
        "Section 2",
        high=0.5,
    )
    rbo_basis: str = _choice(
        "as_filed",
        "Premium and claims given up by those who reduce benefits: as_filed = the RBO election rate; literal = the "
        "memorandum's formula; literal_unnormalised = its words with the weights left as they are",
        "Appendix A",
        allowed=("as_filed", "literal", "literal_unnormalised"),
    )
    behaviour_rounding_tie: str = _choice(
        "half_up",
        "An increase halfway between two roundings goes up, or to the even one",
        "Appendix A, silent",
        allowed=("half_up", "half_even"),
    )
    age_basis: str = _choice(
        "nearest_birthday",
        "Issue ages are age nearest birthday, as the mortality table is; last_birthday reads rates half a year later",
        "Silent",
        allowed=("nearest_birthday", "last_birthday"),
    )
    end_of_mortality_table: str = _choice(
        "certain_death",
        "At the mortality table's last age everyone dies within the year, or its last rate holds for ever",
        "Silent",
        allowed=("certain_death", "last_rate_holds"),
    )
    average_lives: str = _choice(
        "linear",
        "Lives over a part of a year: the mean of begin and end, or the mean under a constant force",
        "Silent",
        allowed=("linear", "constant_force"),
    )
    benefit_expiry_between_ages: str = _choice(
        "linear",
        "Benefit expiry between the printed ages: interpolated, or the lower printed age's rate",
        "Section 6d",
        allowed=("linear", "step"),
    )
    paid_up_at_65_lapse: str = _choice(
        "issue_age",
        "Lapse of pay-to-65 policies: by issue age (section 6c), or by attained age, zero after 60 (Exhibit III)",
        "Section 6c; Exhibit III",
        allowed=("issue_age", "attained_age"),
    )
    cash_flow_timing: float = _choice(
        0.5,
        "When in its year a cash flow is valued: 0 begin, 0.5 middle, 1 end",
        "Exhibit I, by reproduction",
        high=1.0,
    )
    average_increase_weight: str = _choice(
        "premium", "Weight of section 2's average increase", "Section 2", allowed=("premium", "count")
    )
    initial_premium_factor: float = _choice(
        0.58, "Factor on initial premium in the 58%/85% test", "Exhibit II", high=2.0
    )
    increase_premium_factor: float = _choice(
        0.85, "Factor on increased premium in the 58%/85% test", "Exhibit II", high=2.0
    )
    moderately_adverse_margin: float = _choice(
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
            allowed=_allowed(f),
            meaning=f.metadata["meaning"],
            source=f.metadata["source"],
        )
        for f in dataclasses.fields(Settings)
    ]


def _allowed(f: dataclasses.Field[Any]) -> str:
    if f.metadata["allowed"]:
        return one_of(f.metadata["allowed"])
    if isinstance(f.default, dt.date):
        return "a 31 December"
    noun = "a whole number" if isinstance(f.default, int) else "a number"
    low, high = f.metadata["low"], f.metadata["high"]
    return f"{noun} of at least {low:g}" if math.isinf(high) else f"{noun} from {low:g} to {high:g}"


def from_values(values: Mapping[str, object], locate: Locator | None = None) -> Settings:
    """Settings from name → value pairs, as a Settings sheet holds them.

    Args:
        values: every setting once, in any order.
        locate: gives the place of the row at a position, for messages.

    Raises:
        InputError: a missing or unknown name, or a value that is not allowed.
    """
    locate = locate or file_locator("settings")
    fields = {f.name: f for f in dataclasses.fields(Settings)}
    problems = [
        Problem(locate(row, "setting"), f"unknown setting {name!r}", one_of(sorted(fields), 40))
        for row, name in enumerate(values)
        if name not in fields
    ]
    problems += [
        Problem(locate(None, None), f"no setting {name}", f"every setting once; {name}: {_allowed(f)}")
        for name, f in fields.items()
        if name not in values
    ]
    typed: dict[str, Any] = {}
    for row, (name, value) in enumerate(values.items()):
        if name in fields:
            typed[name] = _typed(value, fields[name])
            if typed[name] is None:
                problems.append(Problem(locate(row, "value"), f"{name} = {shown(value)}", _allowed(fields[name])))
    if problems:
        raise InputError(problems)
    return Settings(**typed)


def _typed(value: object, f: dataclasses.Field[Any]) -> Any:
    """The value in the setting's type, or None where it is not allowed."""
    meta = f.metadata
    if isinstance(f.default, dt.date):
        if isinstance(value, str):
            try:
                value = dt.date.fromisoformat(value.strip())
            except ValueError:
                return None
        if isinstance(value, dt.datetime):
            value = value.date()
        if not isinstance(value, dt.date) or (value.month, value.day) != (12, 31):
            return None
        return value
    if isinstance(f.default, str):
        text = str(value).strip()
        return text if text in meta["allowed"] else None
    number = to_number(value)
    if number is None or not meta["low"] <= number <= meta["high"]:
        return None
    if isinstance(f.default, int):
        return int(number) if number.is_integer() else None
    return number


def as_text(settings: Settings) -> dict[str, Any]:
    """Settings as name → value with the date in ISO form, for a manifest."""
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in dataclasses.asdict(settings).items()}
