"""Time of the exact exposure of policy histories: ``python benchmarks/exposure.py`` prints one table.

The reference is what an actuary would write in pandas: expand every policy to its policy years, cut them at the turn
of the year, add up. Both run in this one process, in turns, each the best of several runs; their results are held
together before a time counts. The reference works on fewer policies, for its memory; times are compared per policy.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.run import best, difference, peak_memory_mb
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.experience.basis import StudyBasis
from xl_ltc.experience.exposure import exposure_by
from xl_ltc.experience.history import CAUSES, CHARACTERISTICS, Histories
from xl_ltc.experience.history_checks import check_histories
from xl_ltc.inforce.schema import YES_NO
from xl_ltc.tables import InputTable

POLICIES, REFERENCE_POLICIES = 1_000_000, 100_000
BY = ("sex", "calendar_year", "policy_duration", "attained_age")
MOST_SECONDS, LEAST_TIMES_FASTER, AGREEMENT = 10.0, 2.0, 1e-9


def random_histories(n: int, seed: int, assumptions: AssumptionSet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Raw policy and claim histories of ``n`` policies issued from 2000 to 2016, covered for about eight years."""
    r = np.random.default_rng(seed)
    frame = pd.DataFrame({"policy_id": [f"P{i:07d}" for i in range(n)]})
    for name in CHARACTERISTICS:
        frame[name] = pd.Categorical.from_codes(
            r.integers(0, len(assumptions.vocabulary(name)), n), list(assumptions.vocabulary(name))
        )
    issue = np.datetime64("2000-01-01", "s") + r.integers(0, 6_200, n) * np.timedelta64(86_400, "s")
    frame["issue_date"] = issue
    frame["issue_age"] = r.integers(40, 80, n)
    birth = issue.astype("datetime64[D]") - np.rint(frame["issue_age"].to_numpy() * 365.25 + 100).astype(np.int64)
    frame["birth_date"] = birth.astype("datetime64[s]")
    frame["discounted_renewal"] = pd.Categorical.from_codes(r.integers(0, 2, n), list(YES_NO))
    frame["daily_benefit"] = r.integers(5, 41, n) * 10.0
    frame["entry_date"] = np.datetime64("NaT", "s")
    ended = issue + r.integers(0, 8_000, n) * np.timedelta64(86_400, "s")
    gone = ended < np.datetime64("2017-01-01")
    frame["termination_date"] = np.where(gone, ended, np.datetime64("NaT", "s"))
    frame["termination_cause"] = np.where(gone, r.choice(np.array(CAUSES, dtype=object), n), None)
    row = r.choice(n, n // 20, replace=False)
    claims = pd.DataFrame(
        {
            "policy_id": frame["policy_id"].to_numpy()[row],
            "incurred_date": np.where(gone, ended, np.maximum(issue, np.datetime64("2016-12-31")))[row],
            "amount": np.round(r.gamma(2.0, 40_000.0, len(row)), 2),
        }
    )
    return frame, claims


def in_pandas(histories: Histories, basis: StudyBasis) -> pd.DataFrame:
    """Exposure in policy years, and deaths, by ``BY``; no issue on a 29 February."""
    frame = histories.policies[["sex", "issue_date", "issue_age", "termination_date", "termination_cause"]]
    last = frame["termination_date"].fillna(pd.Timestamp(basis.study_end)).clip(upper=pd.Timestamp(basis.study_end))
    years = last.dt.year - frame["issue_date"].dt.year + 1
    expanded = frame.assign(last=last).loc[frame.index.repeat(years.clip(lower=0))].reset_index(names="row")
    expanded["policy_duration"] = expanded.groupby("row").cumcount() + 1
    parts = expanded["issue_date"].dt
    year = parts.year + expanded["policy_duration"] - 1
    expanded["begin"] = pd.to_datetime({"year": year, "month": parts.month, "day": parts.day})
    expanded["next"] = pd.to_datetime({"year": year + 1, "month": parts.month, "day": parts.day})
    new_year = pd.to_datetime({"year": year + 1, "month": 1, "day": 1})
    first_day = pd.Timestamp(basis.first_day)
    halves = []
    for begin, end in ((expanded["begin"], new_year), (new_year, expanded["next"])):
        half = expanded.assign(first=begin.clip(lower=first_day), calendar_year=begin.dt.year)
        half["end"] = np.minimum(end, half["last"] + pd.Timedelta(days=1))
        halves.append(half[half["first"] < half["end"]])
    cut = pd.concat(halves)
    cut["attained_age"] = cut["issue_age"] + cut["policy_duration"] - 1
    cut["exposure"] = (cut["end"] - cut["first"]) / (cut["next"] - cut["begin"])
    on_last_day = cut["termination_date"] == cut["end"] - pd.Timedelta(days=1)
    cut["deaths"] = on_last_day & (cut["termination_cause"] == CAUSES[0])
    return cut.groupby(list(BY), observed=True)[["exposure", "deaths"]].sum().reset_index()


def main() -> int:
    """Measure and print; exit code 1 if a bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="runs of each; the fastest counts")
    options = parser.parse_args()
    assumptions, basis = bundled(), StudyBasis()
    vocabulary = {name: assumptions.vocabulary(name) for name in CHARACTERISTICS}
    policies, claims = (InputTable(frame) for frame in random_histories(POLICIES, 1, assumptions))
    begin = time.perf_counter()
    histories = check_histories(policies, claims, vocabulary, basis)
    checking = time.perf_counter() - begin

    leap = histories.policies["issue_date"].dt.strftime("%m-%d") == "02-29"
    part = Histories(histories.policies[~leap].iloc[:REFERENCE_POLICIES].reset_index(drop=True), histories.claims[:0])
    ours, theirs = exposure_by(part, basis, BY), in_pandas(part, basis)
    apart = max(difference(ours[name].to_numpy(), theirs[name].to_numpy(float)) for name in ("exposure", "deaths"))

    memory = peak_memory_mb()
    whole, reference = best(options.times, lambda: exposure_by(histories, basis, BY), lambda: in_pandas(part, basis))
    memory = peak_memory_mb() - memory
    ratio = (reference / REFERENCE_POLICIES) / (whole / POLICIES)
    print("| What | Time | Remark |\n|---|---:|---|")
    print(f"| histories of {POLICIES:,} policies checked | {checking:.1f} s | |")
    print(f"| exposure by {len(BY)} keys, {POLICIES:,} policies | {whole:.2f} s | {memory:,.0f} MB more at the peak |")
    print(
        f"| pandas, {REFERENCE_POLICIES:,} policies | {reference:.2f} s | {ratio:.0f} times the time a policy; "
        f"differs by {apart:.0e} |"
    )
    failed = []
    if not apart <= AGREEMENT:
        failed.append(f"pandas differs by {apart:.1e}, more than {AGREEMENT:g}")
    if whole > MOST_SECONDS:
        failed.append(f"exposure takes {whole:.1f} s, more than {MOST_SECONDS:g}")
    if ratio < LEAST_TIMES_FASTER:
        failed.append(f"pandas takes {ratio:.1f} times the time, less than {LEAST_TIMES_FASTER:g}")
    for line in failed:
        print(f"FAILED: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
