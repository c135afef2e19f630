"""What was exposed, what was expected and what happened: rows of codes and measures, from histories or from cells.

Every table of a study is a sum of such rows by some of their codes. Rows come in portions, so that memory stays
bounded however many policies there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.specs import LAST_AGE, LAST_DURATION, MORBIDITY_SERIES
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.cells import CODED, LAST_POLICY_DURATION, SUMS
from xl_ltc.experience.exposure import claims, segments, terminations
from xl_ltc.experience.glm.cross_validation import assign_folds
from xl_ltc.experience.history import CAUSES, CHARACTERISTICS, DEATH, LAPSE, Histories

ROWS_AT_A_TIME = 100_000
"""Rows of histories in a portion."""

FOLD, DURATION, MODEL_DURATION, AGE, YEAR = "fold", "policy_duration", "model_duration", "attained_age", "calendar_year"
MODEL_SERIES, LIMITED, REIMBURSEMENT = "model_series", "limited_benefits", "reimbursement"
"""Codes beside the characteristics. ``model_duration`` counts from 0 and ends with the assumption tables; the last
three are the columns of the morbidity factor tables, in their order."""

_EVENTS = {DEATH: "deaths", LAPSE: "lapses"}


@dataclass(frozen=True)
class Records:
    """A portion.

    Attributes:
        codes: one int64 array a characteristic.
        measures: one float64 array a measure; a measure that is not there is zero.
    """

    codes: Mapping[str, np.ndarray]
    measures: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Expected:
    """Expected deaths and claims of rows, on one assumption set or on the benchmark below its factors.

    Attributes:
        assumptions: the set.
        deaths, claims: names of the measures; None to leave them out.
        factors: whether the experience factors of Exhibits A-1a and A-3a apply.
    """

    assumptions: AssumptionSet
    deaths: str
    claims: str
    factors: bool = True

    def of(
        self, codes: Mapping[str, np.ndarray], exposure: np.ndarray, guidelines: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The measures, given life-years and the claims expected before the factors."""
        hazard = self.assumptions.mortality.hazard.at(codes["sex"], codes[AGE])
        if not self.factors:
            return {self.deaths: exposure * hazard, self.claims: guidelines}
        mortality = self.assumptions.mortality.factor(
            codes[AGE], codes[DURATION], codes["sex"], codes["partner_status"], codes["underwriting_class"]
        )
        morbidity = self.assumptions.morbidity.factor(
            codes["series"],
            codes[AGE],
            codes[DURATION],
            codes["sex"],
            codes["underwriting_class"],
            codes["benefit_period"],
            codes["benefit_type"],
        )
        return {self.deaths: exposure * hazard * mortality, self.claims: guidelines * morbidity}


@dataclass(frozen=True)
class FromHistories:
    """Records of policy histories.

    Attributes:
        histories, basis: what is studied, and how.
        assumptions: for the claims expected before the factors.
        fold: the subset for cross-validation of each row of the histories.
    """

    histories: Histories
    basis: StudyBasis
    assumptions: AssumptionSet
    fold: np.ndarray

    @classmethod
    def of(cls, histories: Histories, basis: StudyBasis, assumptions: AssumptionSet) -> FromHistories:
        """Policies shuffled into subsets; all rows of a policy are in the same, whatever the order of rows."""
        policy = np.unique(histories.policies["policy_id"].to_numpy(dtype=object), return_inverse=True)[1]
        shuffled = assign_folds(int(policy.max(initial=-1)) + 1, basis.folds, basis.seed)
        return cls(histories, basis, assumptions, shuffled[policy])

    def records(self, expected: Sequence[Expected], *, events: bool = True) -> Iterator[Records]:
        """Exposure with what was expected, then terminations and claims."""
        size = ROWS_AT_A_TIME
        for first in range(0, len(self.histories), size):
            yield self._exposed(slice(first, first + size), expected)
        if events:
            yield self._terminated()
            yield self._claimed()

    def _exposed(self, rows: slice, expected: Sequence[Expected]) -> Records:
        found = segments(self.histories, self.basis, rows)
        codes = self._codes(found.row, found.calendar_year, found.policy_duration, found.attained_age)
        exposure = found.exposure
        guidelines = exposure * self._benefit[found.row]
        guidelines *= self.assumptions.morbidity.claim_cost.at(codes["sex"], codes[AGE])
        guidelines *= self.assumptions.morbidity.benefit_growth(codes["inflation_option"], codes[DURATION])
        measures = {"exposure": exposure}
        for each in expected:
            measures |= each.of(codes, exposure, guidelines)
        return Records(codes, measures)

    @cached_property
    def _benefit(self) -> np.ndarray:
        """Daily benefit times the relativities of the benefits, by row of the histories."""
        benefit = self.histories.policies["daily_benefit"].to_numpy(dtype=np.float64)
        return self.assumptions.morbidity.with_relativities(benefit, self.histories)

    def _terminated(self) -> Records:
        found = terminations(self.histories, self.basis)
        codes = self._codes(found.row, found.calendar_year, found.policy_duration, found.attained_age)
        measures = {name: (found.cause == CAUSES.index(cause)).astype(float) for cause, name in _EVENTS.items()}
        return Records(codes, measures)

    def _claimed(self) -> Records:
        found = claims(self.histories, self.basis)
        codes = self._codes(found.row, found.calendar_year, found.policy_duration, found.attained_age)
        ones = np.ones(len(found.amount))
        measures = {"claim_count": ones, "actual_claims": found.amount, "squared_claims": found.amount**2}
        return Records(codes, measures)

    def _codes(self, row: np.ndarray, year: np.ndarray, duration: np.ndarray, age: np.ndarray) -> dict[str, np.ndarray]:
        codes = {name: self._by_row[name][row] for name in CHARACTERISTICS}
        own = {FOLD: self.fold[row], YEAR: year - self.basis.first_day.year, DURATION: duration, AGE: age}
        return codes | own | _derived(codes, duration, self.assumptions)

    @cached_property
    def _by_row(self) -> dict[str, np.ndarray]:
        return {name: self.histories.codes(name) for name in CHARACTERISTICS}

    @property
    def characteristics(self) -> tuple[str, ...]:
        """What its rows are told apart by."""
        return (*CHARACTERISTICS, YEAR)


@dataclass(frozen=True)
class FromCells:
    """Records of cells; each cell is in one subset for cross-validation, as its policies are not known.

    Attributes:
        cells: as ``cells.check_cells`` gives them; basis: the choices of the study; assumptions: the set.
    """

    cells: pd.DataFrame
    basis: StudyBasis
    assumptions: AssumptionSet

    def records(self, expected: Sequence[Expected], *, events: bool = True) -> Iterator[Records]:
        """Every cell, in one portion."""
        codes = {name: self.cells[name].cat.codes.to_numpy().astype(np.int64) for name in CODED}
        duration = self.cells[DURATION].to_numpy(dtype=np.int64)
        codes |= {DURATION: duration, AGE: self.cells[AGE].to_numpy(dtype=np.int64)}
        codes |= {FOLD: assign_folds(len(self.cells), self.basis.folds, self.basis.seed)}
        codes |= _derived(codes, duration, self.assumptions)
        sums = {name: self.cells[name].fillna(0.0).to_numpy(dtype=np.float64) for name in SUMS}
        guidelines = sums.pop("guidelines_claims")
        measures = sums if events else {"exposure": sums["exposure"]}
        for each in expected:
            measures |= each.of(codes, sums["exposure"], guidelines)
        yield Records(codes, measures)

    @property
    def characteristics(self) -> tuple[str, ...]:
        """What its rows are told apart by."""
        return CODED


Source = FromHistories | FromCells


def _derived(
    codes: Mapping[str, np.ndarray], duration: np.ndarray, assumptions: AssumptionSet
) -> dict[str, np.ndarray]:
    morbidity = assumptions.morbidity
    return {
        MODEL_DURATION: np.minimum(duration, LAST_DURATION) - 1,
        MODEL_SERIES: morbidity.series_row[codes["series"]],
        LIMITED: 1 - morbidity.is_lifetime[codes["benefit_period"]].astype(np.int64),
        REIMBURSEMENT: 1 - morbidity.is_indemnity[codes["benefit_type"]].astype(np.int64),
    }


def sizes(basis: StudyBasis, assumptions: AssumptionSet) -> dict[str, int]:
    """How many codes each characteristic has."""
    years = basis.study_end.year - basis.first_day.year + 1
    own = {FOLD: basis.folds, YEAR: years, DURATION: LAST_POLICY_DURATION + 1, AGE: LAST_AGE + 1}
    derived = {MODEL_DURATION: LAST_DURATION, MODEL_SERIES: len(MORBIDITY_SERIES), LIMITED: 2, REIMBURSEMENT: 2}
    return {name: len(assumptions.vocabulary(name)) for name in CHARACTERISTICS} | own | derived


Grouping = tuple[str, ...]


def tally(
    records: Iterable[Records], groupings: Sequence[Grouping], sizes: Mapping[str, int]
) -> dict[Grouping, pd.DataFrame]:
    """Sums of the measures by each grouping.

    Args:
        records: portions.
        groupings: the characteristics each table is by.
        sizes: how many codes each characteristic has.

    Returns:
        By grouping a frame with its characteristics as codes and a column a measure, in the order of the codes, of
        the cells in which anything is not zero.
    """
    sums: dict[Grouping, dict[str, np.ndarray]] = {grouping: {} for grouping in groupings}
    for portion in records:
        for grouping, measures in sums.items():
            shape = tuple(sizes[name] for name in grouping)
            key = np.ravel_multi_index(tuple(portion.codes[name] for name in grouping), shape)
            for name, values in portion.measures.items():
                part = np.bincount(key, weights=values, minlength=int(np.prod(shape)))
                measures[name] = part if name not in measures else measures[name] + part
    return {grouping: _frame(grouping, measures, sizes) for grouping, measures in sums.items()}


def _frame(grouping: Grouping, measures: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> pd.DataFrame:
    used = np.flatnonzero(np.any([values != 0.0 for values in measures.values()], axis=0))
    codes = np.unravel_index(used, tuple(sizes[name] for name in grouping))
    columns = {name: np.asarray(code) for name, code in zip(grouping, codes, strict=True)}
    return pd.DataFrame(columns | {name: values[used] for name, values in measures.items()})
