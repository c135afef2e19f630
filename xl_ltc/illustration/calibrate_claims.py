"""Fits the claim costs: their curve to Exhibit I-a, relativities and daily benefits to Exhibit A-3b."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.lookup import AgeTable
from xl_ltc.illustration import published
from xl_ltc.illustration.backcast import Backcast, backcast
from xl_ltc.illustration.block import Illustration, illustrate
from xl_ltc.illustration.claim_cost import claim_costs
from xl_ltc.illustration.fitting import assumptions_with, deviations, fit, tolerances
from xl_ltc.illustration.parameters import Parameters
from xl_ltc.inforce.schema import ISSUE_AGES
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.project import project

_ROUNDS = 2
_RESTARTS = 2
_PRESENT_VALUE_TOLERANCE = 0.1
"""Percent by which the present value of claims may differ to weigh as much as one tolerance of Exhibit I-a."""

_TURNS = 12
_RELATIVITIES = {
    ("Gender", "sex", "Female", "Male"): "claim_cost_female",
    ("Partner Status", "partner_status", "Single", "Partnered"): "relativity_partner_status.Single",
    ("Benefit Type", "benefit_type", "Indemnity", "Reimbursement"): "relativity_benefit_type.Indemnity",
}
_LATER_SERIES = ("300", "400", "500", "511")
_SELECT_DURATIONS = (("1-3", 1, 3),)
_AGE_BANDS = {"<64": (0, 64), "65-69": (65, 69), "70-74": (70, 74), "75-79": (75, 79), "80-84": (80, 84)}
_AGE_PRIOR = 0.5
"""Log deviation from Exhibit A-3b's guideline claims by age that weighs as much as one tolerance of Exhibit I-a."""


@dataclass(frozen=True)
class UnitClaims:
    """Claims for men's claim cost of one at a single attained age and none at any other; women's at their multiple.

    Claims are linear in the claim costs, so every curve's claims are these times the curve.

    Attributes:
        rows: by row of Exhibit I-a relative to its printed claims, shape (rows, 121).
        present_value: of future claims relative to Exhibit I-a's, shape (121,).
        age_bands: guideline claims per life-year on the block's own past relative to Exhibit A-3b's, by attained age
            band, shape (bands, 121).
    """

    rows: np.ndarray
    present_value: np.ndarray
    age_bands: np.ndarray

    @classmethod
    def of(cls, values: Parameters, illustration: Illustration) -> UnitClaims:
        """Project the block once for each age."""
        assumptions = assumptions_with(values)
        sexes = np.array([1.0, values["claim_cost_female"]])
        size = assumptions.morbidity.claim_cost.values.shape
        rows = np.zeros((len(published.projected()), size[1]))
        present_value = np.zeros(size[1])
        for age in range(ISSUE_AGES[0], size[1]):
            unit = np.zeros(size)
            unit[:, age] = sexes
            cash_flows = project(illustration.block, _with_costs(assumptions, unit))
            rows[:, age] = 1.0 + deviations(cash_flows, "incurred_claims") / 100.0
            experience = Experience.at_valuation_rates(cash_flows, assumptions.settings)
            present_value[age] = experience.values("incurred_claims", "before").future
        past = _age_bands(backcast(illustration, assumptions), illustration, assumptions)
        return cls(rows, present_value / published.present_value_of_claims(), np.einsum("bsa,s->ba", past, sexes))

    def residuals(self, values: Parameters) -> np.ndarray:
        """Deviations of a curve's claims in units of their tolerance."""
        curve = claim_costs(values)["Male"].to_numpy()
        by_row = 100.0 * (self.rows @ curve - 1.0) / tolerances("incurred_claims")
        total = 100.0 * (self.present_value @ curve - 1.0) / _PRESENT_VALUE_TOLERANCE
        return np.concatenate([by_row, [total], np.log(self.age_bands @ curve) / _AGE_PRIOR])


def fit_claims(values: Parameters, illustration: Illustration) -> Parameters:
    """The claim-cost curve to Exhibit I-a, relativities and daily benefits to Exhibit A-3b, in turn."""
    names = [f"claim_cost_at_age.{age}" for age in values.group("claim_cost_at_age")]
    for _ in range(_ROUNDS):
        past = backcast(illustration, assumptions_with(values))
        values = match_relativities(values, past, illustration)
        illustration = illustrate(assumptions_with(values), values)
        unit = UnitClaims.of(values, illustration)
        for _ in range(_RESTARTS):
            values = fit(values, names, unit.residuals, most=1_500, power=6)
    return values


def _with_costs(assumptions: AssumptionSet, costs: np.ndarray) -> AssumptionSet:
    morbidity = dataclasses.replace(assumptions.morbidity, claim_cost=AgeTable("claim_cost", costs))
    return dataclasses.replace(assumptions, morbidity=morbidity)


def _guideline(characteristic: str, category: str) -> float:
    """Guideline claims per life-year of Exhibit A-3b."""
    rows = published.guideline_claims_per_exposure().set_index(["characteristic", "category"])
    row = rows.loc[(characteristic, category)]
    return float(row["claims"] / row["exposure"])


def _age_bands(past: Backcast, illustration: Illustration, assumptions: AssumptionSet) -> np.ndarray:
    """Guideline claims per life-year of each age band, for a cost of one at one sex and age, relative to A-3b's.

    Returns:
        Shape (bands, 2 sexes, 121 ages).
    """
    sex = np.broadcast_to(illustration.block.codes("sex")[:, None, None], past.attained_age.shape)
    unit = past.guideline_claims * selection(past) / assumptions.morbidity.claim_cost.at(sex, past.attained_age)
    out = np.zeros((len(_AGE_BANDS), *assumptions.morbidity.claim_cost.values.shape))
    for i, (band, (low, high)) in enumerate(_AGE_BANDS.items()):
        inside = (past.attained_age >= low) & (past.attained_age <= high)
        per_life_year = unit[inside] / past.exposure[inside].sum() / _guideline("Attained Age", band)
        np.add.at(out[i], (sex[inside], past.attained_age[inside]), per_life_year)
    return out


def selection(past: Backcast) -> np.ndarray:
    """Underwriting selection in the Guidelines' claim costs, as Exhibit A-3b shows it.

    The illustrative claim costs do not vary by duration, the Guidelines' do. Their ratio per life-year in durations
    1-3, relative to that in later ones, makes the block's past comparable; without it the newest series, most of whose
    exposure is at early durations, would look cheap for good.

    Returns:
        Factors on the past's guideline claims, shape (policies, years, 2).
    """

    def ratio(bands: Sequence[str], inside: np.ndarray) -> float:
        rows = published.guideline_claims_per_exposure().set_index(["characteristic", "category"])
        printed = rows.loc[[("Policy Duration", band) for band in bands]].sum()
        modelled = past.guideline_claims[inside].sum() / past.exposure[inside].sum()
        return float(printed["claims"] / printed["exposure"] / modelled)

    duration = past.policy_duration
    late = ratio(("4-6", "7-9", "10-12", "13+"), duration > _SELECT_DURATIONS[-1][2])
    factors = np.ones(duration.shape)
    for band, low, high in _SELECT_DURATIONS:
        inside = (duration >= low) & (duration <= high)
        factors[inside] = ratio((band,), inside) / late
    return factors


def match_relativities(values: Parameters, past: Backcast, illustration: Illustration) -> Parameters:
    """Relativities and daily benefits at which claims per life-year compare as in Exhibit A-3b, selection apart.

    Characteristics go together (a series has its durations, its indemnity share), so they are matched in turn until
    all hold.
    """
    frame = illustration.block.frame
    exposure = past.exposure.sum(axis=(1, 2))
    scale = np.ones(len(frame))
    changed = {name: values[name] for name in (*_RELATIVITIES.values(), *(f"daily_benefit.{s}" for s in _LATER_SERIES))}
    series = frame["series"].astype(str).to_numpy()
    for _ in range(_TURNS):
        scaled = dataclasses.replace(past, guideline_claims=past.guideline_claims * scale[:, None, None])
        selected = (scaled.guideline_claims * selection(scaled)).sum(axis=(1, 2))

        def per_life_year(members: np.ndarray, claims: np.ndarray = selected) -> float:
            return float(claims[members].sum() / exposure[members].sum())

        for (characteristic, column, one, other), name in _RELATIVITIES.items():
            holders = {c: (frame[column] == c).to_numpy() for c in (one, other)}
            wanted = _guideline(characteristic, one) / _guideline(characteristic, other)
            factor = wanted / (per_life_year(holders[one]) / per_life_year(holders[other]))
            scale[holders[one]] *= factor
            changed[name] *= factor
        base = per_life_year(series == "200") / _guideline("Rate Series", "200 Series")
        for members, factor in _series_factors(series, exposure, selected, base):
            scale[np.isin(series, members)] *= factor
            for member in members:
                changed[f"daily_benefit.{member}"] *= factor
    for name, value in changed.items():
        print(f"  {name}: {values[name]:.4g} -> {value:.4g}")
    return values.changed(changed)


def _series_factors(
    series: np.ndarray, exposure: np.ndarray, claims: np.ndarray, base: float
) -> list[tuple[tuple[str, ...], float]]:
    """Factors on each later series' claims at which they compare to series 200's as in Exhibit A-3b."""

    def per_life_year(*members: str) -> float:
        inside = np.isin(series, members)
        return float(claims[inside].sum() / exposure[inside].sum())

    out: list[tuple[tuple[str, ...], float]] = [
        ((s,), base * _guideline("Rate Series", f"{s} Series") / per_life_year(s)) for s in ("300", "400")
    ]
    # "500+" holds the 513 Series too, sold after 511: the exposure the block lacks, taken to be like 511's.
    newest = ("500", "511")
    rows = published.guideline_claims_per_exposure().set_index("category")
    all_exposure = float(rows.loc["500+ Series", "exposure"])
    inside = np.isin(series, newest)
    lacking = all_exposure - float(exposure[inside].sum())
    modelled = (float(claims[inside].sum()) + lacking * per_life_year("511")) / all_exposure
    return [*out, (newest, base * _guideline("Rate Series", "500+ Series") / modelled)]
