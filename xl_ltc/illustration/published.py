"""What the illustrative block takes from the filing's printed tables: the one place of the package that reads them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_ltc.filing import printed, table
from xl_ltc.illustration.parameters import Parameters

SERIES = ("200", "300", "400", "500", "511")
"""In the order in which they were sold."""

EXPERIENCE_SERIES = {
    "200 Series": ("200",),
    "300 Series": ("300",),
    "400 Series": ("400",),
    "500+ Series": ("500", "511"),
}
"""The series of this filing in each rate series of Exhibits A-1b and A-3b; "500+" holds the 513 Series too."""

LAST_HISTORICAL_YEAR = 2016
"""Exhibit I is actual up to here and projected from the next year on."""


@dataclass(frozen=True)
class Counts:
    """Insureds and annualized premium affected by the increase (section 22)."""

    nationwide_insureds: int
    nationwide_premium: float
    maryland_insureds: int
    maryland_premium: float


@dataclass(frozen=True)
class Increases:
    """The distribution of increases of a series (section 2).

    Attributes:
        bands: lowest and highest whole-percent increase of each band, as fractions.
        shares: percent of insureds in each band; None where the filing prints ``<1``.
        minimum, maximum, average: as printed, as fractions.
    """

    bands: tuple[tuple[float, float], ...]
    shares: tuple[float | None, ...]
    minimum: float
    maximum: float
    average: float


@functools.cache
def distribution() -> pd.DataFrame:
    """Section 21: columns ``characteristic``, ``category`` and the printed text of each series."""
    frame = printed("s21_distribution").text.copy()
    # The in-force file's name of the characteristic.
    frame["characteristic"] = frame["characteristic"].replace({"inflation": "inflation_option"})
    return frame


@functools.cache
def categories(characteristic: str) -> list[str]:
    """The published categories of a characteristic of section 21, averages apart."""
    frame = distribution()
    rows = frame[(frame["characteristic"] == characteristic) & ~frame["category"].str.startswith("Average")]
    return rows["category"].tolist()


def whole_percents(characteristic: str, series: str) -> list[float | None]:
    """The printed percents of a characteristic of section 21, by category; None for ``<1``, 0 for N/A."""
    frame = distribution()
    rows = frame[frame["characteristic"] == characteristic]
    printed_text = dict(zip(rows["category"], rows[series], strict=True))
    texts = [printed_text[category] for category in categories(characteristic)]
    return [None if t.startswith("<") else 0.0 if t in ("", "N/A") else float(t) for t in texts]


def average_issue_age(series: str) -> float:
    """The published average issue age of a series."""
    frame = distribution()
    return float(frame.loc[frame["category"] == "Average Issue Age", series].item())


def issue_age_shares_of_all(parameters: Parameters) -> dict[str, float]:
    """Published issue-age bands of all series together, percent."""
    frame = distribution()
    rows = frame[(frame["characteristic"] == "issue_age") & (frame["category"] != "Average Issue Age")]
    at_low = parameters.group("issue_age_share")
    return {b: at_low[b] if p.startswith("<") else float(p) for b, p in zip(rows["category"], rows["All"], strict=True)}


@functools.cache
def counts(series: str) -> Counts:
    """Section 22 for one series."""
    frame = table("s22_insureds").astype({"series": str}).set_index(["region", "series"]).astype(float)
    nationwide, maryland = frame.loc[("Nationwide", series)], frame.loc[("Maryland", series)]
    return Counts(
        int(nationwide["insureds"]),
        float(nationwide["annualized_premium"]),
        int(maryland["insureds"]),
        float(maryland["annualized_premium"]),
    )


@functools.cache
def increases(series: str) -> Increases:
    """Section 2 for one series."""
    frame = printed("s02_rate_increase").text
    cells = dict(zip(frame["increase"], frame[series], strict=True))
    labels = [b for b in cells if b.endswith("%")]
    bands = tuple(tuple(int(n) / 100.0 for n in b.rstrip("%").split("-")) for b in labels)
    return Increases(
        bands,  # type: ignore[arg-type]
        tuple(None if cells[b].startswith("<") else float(cells[b]) for b in labels),
        *(float(cells[k]) / 100.0 for k in ("Minimum", "Maximum", "Average")),
    )


def rate_increase_cap() -> float:
    """The nationwide cap of section 2: the highest increase of all series."""
    return increases("All").maximum


def premium_modes() -> dict[str, float]:
    """Section 12: percent of insureds by premium mode."""
    frame = table("s12_premium_mode")
    return {m: 100.0 * float(s) for m, s in zip(frame["premium_mode"], frame["inforce_share"], strict=True)}


def historical() -> pd.DataFrame:
    """Exhibit I up to the valuation date: ``calendar_year``, ``earned_premium``, ``incurred_claims``, ``lives``."""
    frame = _experience()
    past = frame[frame["first_year"] <= LAST_HISTORICAL_YEAR]
    return past.rename(columns={"first_year": "calendar_year"}).drop(columns="last_year").reset_index(drop=True)


def year_end_lives() -> np.ndarray:
    """Lives at the end of each historical year."""
    return historical()["lives"].to_numpy()


@functools.cache
def first_year() -> int:
    """The first year of sales."""
    return int(historical()["calendar_year"].min())


def accumulated_history() -> tuple[float, float]:
    """Accumulated value of historical premium and claims (Exhibit I)."""
    frame = table("exhibit_1a_values").set_index("period")
    return float(frame.loc["History", "earned_premium"]), float(frame.loc["History", "incurred_claims"])


def present_value_of_claims() -> float:
    """Present value of future claims before the increase (Exhibit I-a)."""
    return float(table("exhibit_1a_values").set_index("period").loc["Future", "incurred_claims"])


def valuation_rate_mix() -> pd.DataFrame:
    """Shares of premium and claims by calendar year and valuation rate."""
    return table("valuation_rate_mix").astype(float)


@functools.cache
def past_mortality_ae() -> float:
    """Actual to expected deaths on the adjusted assumption (Exhibit A-1b, total)."""
    frame = table("exhibit_a1b")
    return float(frame.loc[frame["characteristic"] == "Total", "ae_adjusted"].item())


def actual_claims_by_series() -> dict[tuple[str, ...], float]:
    """Shares of actual claims to date by series, the newest two together (Exhibit A-3b)."""
    frame = table("exhibit_a3b")
    rows = frame[frame["characteristic"] == "Rate Series"]
    claims = dict(zip(rows["category"], rows["actual_claims"].astype(float), strict=True))
    return {EXPERIENCE_SERIES[name]: amount / sum(claims.values()) for name, amount in claims.items()}


def life_years_by_series() -> dict[tuple[str, ...], float]:
    """Exposure by series, the newest two together with the 513 Series (Exhibit A-1b)."""
    frame = table("exhibit_a1b")
    rows = frame[frame["characteristic"] == "Rate Series"]
    return {EXPERIENCE_SERIES[n]: float(e) for n, e in zip(rows["category"], rows["exposure"], strict=True)}


def claims_by_age() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Actual claims by band of attained ages (Exhibit A-3b).

    Returns:
        First age of each band, ascending; numbers of claims; dollars.
    """
    frame = table("exhibit_a3b")
    rows = frame[frame["characteristic"] == "Attained Age"]
    # "<64" reaches to 64, as the next band shows.
    first = [0 if band.startswith("<") else int(band[:2]) for band in rows["category"]]
    return np.array(first), rows["claim_count"].to_numpy(dtype=float), rows["actual_claims"].to_numpy(dtype=float)


def guideline_claims_per_exposure() -> pd.DataFrame:
    """Exhibit A-3b: ``characteristic``, ``category``, ``exposure`` and ``claims`` on the 2014 Guidelines."""
    frame = table("exhibit_a3b")
    return pd.DataFrame(
        {
            "characteristic": frame["characteristic"],
            "category": frame["category"],
            "exposure": frame["exposure"].astype(float),
            "claims": frame["guidelines_claims"].astype(float),
        }
    )


def projected() -> pd.DataFrame:
    """Exhibit I-a after the valuation date: first and last year of each row, premium, claims and (sums of) lives."""
    frame = _experience()
    return frame[frame["first_year"] > LAST_HISTORICAL_YEAR].reset_index(drop=True)


def _experience() -> pd.DataFrame:
    """Exhibit I-a with the years of each row as numbers."""
    frame = table("exhibit_1a")
    years = frame["years"].astype(str).str.split("-")
    out = frame[["earned_premium", "incurred_claims", "lives"]].astype(float)
    out.insert(0, "first_year", years.str[0].astype(int))
    out.insert(1, "last_year", years.str[-1].astype(int))
    return out


def ten_pay_in_force_around() -> tuple[np.ndarray, np.ndarray]:
    """Ten-pay policies by issue time (Exhibit A-2b).

    Exposure falls from one duration to the next by the policies that had not yet reached it at the study's end:
    those issued in the two years around the 1 January so many years before, half of them on average.

    Returns:
        Issue times (1 January of each year), ascending, and numbers of policies.
    """
    frame = table("exhibit_a2b").astype({"duration": str})
    frame = frame[frame["duration"].str.isdigit()].astype({"duration": int, "exposure": float})
    exposure = frame.groupby("duration")["exposure"].sum()
    # Durations 1 to 3 hold sales of the 513 Series, which is not part of this filing.
    drop = (exposure - exposure.shift(-1)).loc[4:16].iloc[::-1]
    study_end = first_year() + len(year_end_lives())
    return (study_end - drop.index).to_numpy(dtype=float), drop.to_numpy()
