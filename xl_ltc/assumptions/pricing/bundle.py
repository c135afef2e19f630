"""The filing's own original pricing: what it prints, SOA tables, and which basis has which."""

from __future__ import annotations

import csv
import importlib.resources

import pandas as pd

from xl_ltc import filing
from xl_ltc.assumptions import soa
from xl_ltc.assumptions.pricing.mortality import FIRST_AGE
from xl_ltc.assumptions.pricing.specs import (
    BASES,
    DISABLED,
    DURATIONS,
    EXPECTED,
    INTEREST,
    LAPSE,
    MORTALITY,
    PRICING,
    SELECT,
    SELECT_YEARS,
    SETS,
)

SELECT_AND_ULTIMATE, GAM_1994, ANNUITY_2000 = "1975-80 Select and Ultimate", "1994 GAM Static", "Annuity 2000"
_SOA = {
    SELECT_AND_ULTIMATE: {"Male": 363, "Female": 361},
    GAM_1994: {"Male": 835, "Female": 834},
    ANNUITY_2000: {"Male": 887, "Female": 886},
}
_513 = "513"
_COLUMNS = {spec.name: [column.name for column in spec.columns] for spec in PRICING}


def bundled_pricing() -> dict[str, pd.DataFrame]:
    """Every table of ``specs.PRICING`` as text."""
    lapse = {spec.name: _printed(spec.name.replace("pricing", "exhibit_3"), spec.name) for spec in LAPSE}
    return lapse | {
        INTEREST: _interest(),
        DISABLED: _printed("exhibit_3_disabled_mortality_500", DISABLED),
        DURATIONS: _printed("exhibit_3_morbidity_200_300_400", DURATIONS),
        BASES: _bases(),
        MORTALITY: _mortality(),
        SELECT: _select(),
        EXPECTED: _expected(),
        SETS: _read(SETS),
    }


def _printed(table: str, name: str) -> pd.DataFrame:
    return filing.printed(table).text[_COLUMNS[name]]


def _parameter(name: str) -> str:
    text = filing.printed("parameters").text.set_index("parameter")["value"]
    return str(text[name])


def _interest() -> pd.DataFrame:
    """Exhibit III by series, and Appendix B's rate of the 513 Series, a maximum valuation rate."""
    frame = filing.printed("exhibit_3_interest").text.rename(columns={"series": "basis"})[_COLUMNS[INTEREST]]
    of_513 = {
        "basis": _513,
        "original_pricing": _parameter("interest_513_pricing"),
        "original_basis": "max valuation",
    }
    return pd.concat([frame, pd.DataFrame([of_513])], ignore_index=True)


def _bases() -> pd.DataFrame:
    """The multiple that the filing prints stands among its parameters."""
    frame = _read(BASES)
    blank = frame["mortality_multiple"] == ""
    frame.loc[blank, "mortality_multiple"] = _parameter("original_500_mortality_A2000_multiple")
    return frame


def _mortality() -> pd.DataFrame:
    parts = []
    for name, identities in _SOA.items():
        rates = {sex: soa.table(identity, part=-1) for sex, identity in identities.items()}
        frame = pd.DataFrame(rates).rename_axis("attained_age").reset_index()
        parts.append(frame.assign(mortality_table=name))
    return pd.concat(parts, ignore_index=True)[_COLUMNS[MORTALITY]]


def _select() -> pd.DataFrame:
    identities = _SOA[SELECT_AND_ULTIMATE]
    years = range(1, SELECT_YEARS + 1)
    frame = pd.DataFrame(
        {
            f"{sex.lower()}_{t}": soa.table(identity).xs(t, level="Duration")
            for sex, identity in identities.items()
            for t in years
        }
    )
    frame = frame.rename_axis("issue_age").reset_index().assign(mortality_table=SELECT_AND_ULTIMATE)
    return frame.loc[frame["issue_age"] >= FIRST_AGE, _COLUMNS[SELECT]].reset_index(drop=True)


def _expected() -> pd.DataFrame:
    """Sections 16 and 18; the dividend margin, which is not printed, is none."""
    frame = filing.printed("s16_expected").text.merge(filing.printed("s18_threshold").text, on="series")
    frame = frame.rename(columns={"series": "basis"}).assign(dividend_margin="0", claim_level="")
    return frame[_COLUMNS[EXPECTED]]


def _read(name: str) -> pd.DataFrame:
    with (
        importlib.resources.files("xl_ltc.assumptions.pricing.bundled")
        .joinpath(f"{name}.csv")
        .open(encoding="utf-8") as file
    ):
        return pd.DataFrame(list(csv.DictReader(file)))
