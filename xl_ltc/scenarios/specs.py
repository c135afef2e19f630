"""What can be scaled and shifted, and the input tables in which a user says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_ltc.assumptions.pricing.specs import ALL_SERIES
from xl_ltc.tables import Column, TableSpec

SCENARIOS, GRIDS = "scenarios", "scenario_grid"
SCALE, SHIFT = "scale", "shift"
MOST_SCALE, MOST_SHIFT = 100.0, 100.0


@dataclass(frozen=True)
class Changeable:
    """An assumption that can be changed.

    Attributes:
        title: as a label.
        most_shift: the largest shift up or down; 0 where a shift means nothing.
        shift_unit: of what is added: ``rate`` for a fraction, ``years``, or ``factor``.
    """

    title: str
    most_shift: float = 1.0
    shift_unit: str = "rate"


MORTALITY, LAPSE, EXPIRY, MORBIDITY, IMPROVEMENT = "mortality", "lapse", "benefit_expiry", "morbidity", "improvement"
INTEREST, INCREASE, CBUL, RBO, SELECTION = "interest", "rate_increase", "cbul", "rbo", "adverse_selection"

CHANGEABLE: Mapping[str, Changeable] = MappingProxyType(
    {
        MORTALITY: Changeable("Mortality"),
        LAPSE: Changeable("Lapse"),
        EXPIRY: Changeable("Benefit expiry"),
        MORBIDITY: Changeable("Morbidity", most_shift=0.0),
        IMPROVEMENT: Changeable("Improvement", MOST_SHIFT, "years"),
        INTEREST: Changeable("Interest", 0.5),
        INCREASE: Changeable("Rate increase", 10.0),
        CBUL: Changeable("CBUL elections"),
        RBO: Changeable("RBO elections"),
        SELECTION: Changeable("Adverse selection", 10.0, "factor"),
    }
)

_ASSUMPTION = Column("assumption", "text", allowed=tuple(CHANGEABLE))
_SERIES = Column("series", "text")
_WHAT = (
    "Mortality: the hazard is scaled, the shift is added to the annual probability. Lapse, benefit expiry: rates; "
    "where there is none, none is added. Morbidity: claims, scaled only. Improvement: its rates are scaled, years are "
    "added. Interest: every rate at which cash flows are valued. Rate increase: each affected policy's, after the cap. "
    "CBUL: elections, and with them RBO, which is a multiple of theirs; RBO: elections; where nobody elects, nobody is "
    "added. Adverse selection: the electors' relief is scaled, the shift is added to the factor."
)

SPECS: tuple[TableSpec, ...] = (
    TableSpec(
        SCENARIOS,
        "Scenarios, saved by name",
        "Your choice",
        (
            Column("scenario", "text"),
            _ASSUMPTION,
            _SERIES,
            Column(SCALE, minimum=0.0, maximum=MOST_SCALE, optional=True, unit="times"),
            Column(SHIFT, minimum=-MOST_SHIFT, maximum=MOST_SHIFT, optional=True, unit="added after scaling"),
            Column("note", "text", optional=True),
        ),
        ("scenario", "assumption", "series"),
        "Rows of one name are one scenario; those of a single row make the bars of the tornado chart. Series: one, or "
        f"{ALL_SERIES}; a row for a series goes before the one for {ALL_SERIES}. A blank scale is 1, a blank shift 0. "
        + _WHAT,
    ),
    TableSpec(
        GRIDS,
        "Grids of two changes",
        "Your choice",
        (
            Column("grid", "text"),
            Column("axis", "integer", 1, 2, unit="1 down, 2 across"),
            _ASSUMPTION,
            _SERIES,
            Column("kind", "text", allowed=(SCALE, SHIFT)),
            Column("value", minimum=-MOST_SHIFT, maximum=MOST_SCALE),
        ),
        ("grid", "axis", "value"),
        "One row a value. Every value of axis 1 is run with every value of axis 2; each measure is a two-way table.",
    ),
)
"""The input tables, each a named Excel table that may be left without rows."""
