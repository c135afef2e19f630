"""Cells as large as the filing's mortality study, with deaths drawn under the factors of Exhibit A-1a."""

from __future__ import annotations

import numpy as np

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import SEXES
from xl_ltc.experience.glm.design import Cells, Effect

FOLDS = 5
_DURATIONS, _ISSUE_AGES = np.arange(1, 18), np.arange(30, 85)  # from 2000 to 2016 no policy got beyond duration 17
_FIRST_AGE, _LAST_AGE, _LEVELS_OF_DURATION = 54, 100, 20  # below 55 and from 100 in a level each

# Exhibit A-1b, column A. Life-years of a single duration and of an issue age are made up; raking makes them add up.
_BY_DURATION = (4, 7, 10, 13), (283626.0, 226364.0, 171663.0, 125828.0, 53595.0)
_BY_AGE = (65, 70, 75, 80, 85), (569972.0, 165496.0, 83040.0, 30756.0, 9331.0, 2481.0)
_SHAPE = (97, 95, 92, 82, 76, 69, 62, 57, 52, 47, 42, 37, 24, 14, 8, 5, 2.6)
_BY_SEX = {"M": 379545.0, "F": 481531.0}
_BY_PARTNER, _BY_CLASS, _ALL = (227515.0, 633561.0), (536646.0, 275333.0, 49096.0), 861076.0

CHARACTERISTICS = ("attained_age", "policy_duration", "sex", "partner_status", "underwriting_class")
AGES = ("<55", *map(str, range(55, _LAST_AGE)), "100+")
DURATIONS = (*map(str, range(1, _LEVELS_OF_DURATION)), "20+")


def life_years() -> np.ndarray:
    """Life-years by issue age and duration; ages and durations add up to the bands of Exhibit A-1b."""
    joint = np.exp(-0.5 * ((_ISSUE_AGES - 56.0) / 9.0) ** 2)[:, None] * np.array(_SHAPE)
    attained = _ISSUE_AGES[:, None] + _DURATIONS - 1
    durations = np.broadcast_to(_DURATIONS, attained.shape)
    for _ in range(200):
        for values, (limits, wanted) in ((attained, _BY_AGE), (durations, _BY_DURATION)):
            band = np.digitize(values, limits)
            joint = joint * (np.array(wanted) / np.bincount(band.ravel(), joint.ravel()))[band]
    return joint


class FilingCells:
    """Expected deaths under 2012 IAM, true factors, and deaths drawn under them."""

    def __init__(self, assumptions: AssumptionSet, multiple: float) -> None:
        m = assumptions.mortality
        shares = [np.array([_BY_SEX[s[0].upper()] for s in SEXES]), np.array(_BY_PARTNER), np.array(_BY_CLASS)]
        grid = np.meshgrid(_ISSUE_AGES, _DURATIONS, *map(np.arange, (2, 2, 3)), indexing="ij")
        issue_age, duration, sex, partner, underwriting = (g.ravel() for g in grid)
        age = issue_age + duration - 1
        exposure = np.einsum("id,s,p,u->idspu", life_years(), *shares).ravel() / _ALL**3
        level = np.clip(age, _FIRST_AGE, _LAST_AGE) - _FIRST_AGE
        self.codes = dict(zip(CHARACTERISTICS, (level, duration - 1, sex, partner, underwriting), strict=True))
        self.expected = multiple * exposure * m.hazard.at(sex, age)
        self.true = {
            "attained_age": m.age_factor.at(0, np.arange(_FIRST_AGE, _LAST_AGE + 1)),
            "policy_duration": m.duration_factor.at(0, np.arange(1, _LEVELS_OF_DURATION + 1)),
            "sex": m.sex_factor.at(np.arange(2)),
            "partner_status": m.partner_factor.at(np.arange(2)),
            "underwriting_class": m.underwriting_factor.at(np.arange(3)),
        }

    def draw(self, seed: int) -> Cells:
        """Cells with Poisson deaths, their life-years divided evenly among the subsets."""
        factor = np.prod([f[self.codes[name]] for name, f in self.true.items()], axis=0)
        expected = np.tile(self.expected / FOLDS, FOLDS)
        deaths = np.random.default_rng(seed).poisson(expected * np.tile(factor, FOLDS)).astype(float)
        fold = np.repeat(np.arange(FOLDS, dtype=np.int64), self.expected.size)
        levels = {"attained_age": AGES, "policy_duration": DURATIONS}
        effects = []
        for name, code in self.codes.items():
            named = levels.get(name, tuple(map(str, range(len(self.true[name])))))
            chains = (tuple(range(len(named))),) if name in levels else ()
            effects.append(Effect(name, named, np.tile(code, FOLDS).astype(np.int64), chains))
        return Cells(tuple(effects), deaths, expected, fold)
