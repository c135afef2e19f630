"""A study as the input tables of experience that a filing's exhibits read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xl_ltc.assumptions.specs import PARTNER_STATUSES
from xl_ltc.experience.conduct import ADJUSTED_CLAIMS, ADJUSTED_DEATHS, StudyResult
from xl_ltc.experience.factor_model import EXPECTED_CLAIMS, EXPECTED_DEATHS
from xl_ltc.experience.lapse_rows import ALL_DURATIONS, combines
from xl_ltc.experience.probability import actual_probability
from xl_ltc.experience.records import DURATION
from xl_ltc.experience.study import LAPSE, LIFETIME_PAY, MORBIDITY, MORTALITY, STUDY_BY_NAME, TEN_PAY

_COMBINED = {LIFETIME_PAY: ("1-3", "4-6", "7+", "8+", "9+", ALL_DURATIONS), TEN_PAY: (ALL_DURATIONS,)}
"""The rows of durations combined of Exhibits A-2a and A-2b."""


def experience_tables(result: StudyResult) -> dict[str, pd.DataFrame]:
    """Mortality, terminations and claims in the form of ``experience.study``, by name of the table."""
    return {MORTALITY: _mortality(result), LAPSE: _lapse(result), MORBIDITY: _morbidity(result)}


def _mortality(result: StudyResult) -> pd.DataFrame:
    total = pd.DataFrame([{"characteristic": "Total", "category": "Total", **result.totals}])
    frame = pd.concat([result.mortality_ae, total], ignore_index=True)
    found = frame[["characteristic", "category", "exposure", "deaths"]].copy()
    for name in (EXPECTED_DEATHS, ADJUSTED_DEATHS):
        found[name] = np.nan_to_num(actual_probability(frame[name], frame["exposure"]))
    return found


def _morbidity(result: StudyResult) -> pd.DataFrame:
    total = pd.DataFrame([{"characteristic": "Total", "category": "Total", **result.totals}])
    columns = ["exposure", "claim_count", "actual_claims", EXPECTED_CLAIMS, ADJUSTED_CLAIMS]
    return pd.concat([result.morbidity_ae, total], ignore_index=True)[["characteristic", "category", *columns]]


def _lapse(result: StudyResult) -> pd.DataFrame:
    payments = result.assumptions.vocabulary("premium_payment")
    rows = [
        row
        for payment in _COMBINED
        if payment in payments
        for status in PARTNER_STATUSES
        for row in _of_payment(payment, status, lapse_by_duration(result, payment, status))
    ]
    return pd.DataFrame(rows, columns=[column.name for column in STUDY_BY_NAME[LAPSE].columns])


def lapse_by_duration(result: StudyResult, payment: str, status: str) -> pd.DataFrame:
    """A row a policy duration with exposure, in the columns of the table of terminations.

    Expected mortality is that of the current assumption, as Exhibit A-2 has it.
    """
    frame = result.lapse
    payment_code = result.assumptions.vocabulary("premium_payment").index(payment)
    of_both = (frame["premium_payment"] == payment_code) & (frame["partner_status"] == PARTNER_STATUSES.index(status))
    chosen = frame[of_both & (frame["exposure"] > 0.0)].set_index(DURATION)
    exposure = chosen["exposure"]
    return pd.DataFrame(
        {
            "exposure": exposure,
            "composite_termination": actual_probability(chosen["deaths"] + chosen["lapses"], exposure),
            "expected_mortality": actual_probability(chosen[ADJUSTED_DEATHS], exposure),
            "events": chosen["lapses"],
        }
    )


def _of_payment(payment: str, status: str, by_duration: pd.DataFrame) -> Iterator[dict[str, object]]:
    keys = {"premium_payment": payment, "partner_status": status}
    for duration, row in by_duration.iterrows():
        yield {**keys, "policy_duration": str(duration), **row, "credibility": np.nan}
    for label in _COMBINED[payment]:
        if any(combines(label, int(duration)) for duration in by_duration.index):
            yield {**keys, "policy_duration": label}
