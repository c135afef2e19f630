"""Section 6: averages of the elections (e) and of the valuation rate (f), with their weights."""

from __future__ import annotations

import numpy as np

from xl_ltc.exhibits.filing_run import FilingRun, Policies
from xl_ltc.exhibits.notes import increase_note
from xl_ltc.exhibits.policies import series_rows, summed_rows
from xl_ltc.exhibits.table import ALL, Cell, Column, Measure, Page, Row, Table, live_ratio, ratio_or_na, text
from xl_ltc.partitions.summed import Key, Summed

_ELECTIONS = {"cbul": "CBUL election", "rbo": "RBO election", "selection": "Adverse selection"}
_WEIGHTS = {"premium": "premium", "insureds": "lives"}
_INTEREST_WEIGHTS: tuple[tuple[str, str, Measure], ...] = (
    ("insureds", "Insureds", "count"),
    ("premium", "Annualized premium", "money"),
)
_PRINTED = {"cbul": "cbul_average", "rbo": "rbo_average", "selection": "adverse_selection_average"}


def behaviour_sums(policies: Policies) -> Summed:
    """Those affected, their premium, and elections weighted by either."""
    increase = policies.increase
    weights = {"premium": policies.block.numbers("annualized_premium"), "insureds": None}
    rates = {"cbul": increase.cbul, "rbo": increase.rbo, "selection": increase.adverse_selection - 1.0}
    sums: dict[Key, np.ndarray] = {}
    for weight, of in weights.items():
        sums[(weight,)] = policies.by_series(increase.affected, of)
        for key, rate in rates.items():
            weighted = rate if of is None else rate * of
            sums[(f"{key}_{weight}",)] = policies.by_series(increase.affected, weighted)
    return Summed(sums)


def interest_sums(policies: Policies) -> Summed:
    """All policies and their premium by maximum valuation rate."""
    by_policy = policies.assumptions.valuation_interest.rate(policies.block.issue_year)
    rates, codes = np.unique(by_policy, return_inverse=True)
    weights = {"insureds": None, "premium": policies.block.numbers("annualized_premium")}
    return Summed(
        {
            (weight, float(rates[int(code)])): values
            for weight, of in weights.items()
            for (_, code), values in policies.by_code(weight, codes, weights=of).items()
        }
    )


def average_rates(run: FilingRun) -> list[float | None]:
    """The average maximum valuation rate of each series' insureds."""
    found = run.sums(interest_sums)
    rates = [float(rate) for (rate,) in found.keys("insureds")]
    counted = np.stack([found[("insureds", rate)] for rate in rates])
    totals = counted.sum(axis=0)
    return [float(np.dot(rates, counted[:, i]) / of) if of else None for i, of in enumerate(totals.tolist())]


def section_06(run: FilingRun) -> Page:
    """Averages the filing states approximately."""
    return Page(
        "Section 6",
        "Average elections and adverse selection; average valuation interest rate by series.",
        ("Section 6", "Averages of the Behaviour and Interest Assumptions"),
        (_behaviour(run), _interest(run)),
        (increase_note(run.assumptions.settings),),
        landscape=True,
    )


def _behaviour(run: FilingRun) -> Table:
    found = run.sums(behaviour_sums)
    sums = {name: found[name] for name in ("insureds", "premium")}
    sums |= {f"{key}_{weight}": found[f"{key}_{weight}"] for weight in _WEIGHTS for key in _ELECTIONS}
    rows = []
    for row, cells, values in summed_rows(run, sums):
        averages = {
            f"average_{key}_{weight}": live_ratio(
                f"{{{key}_{weight}}}", f"{{{weight}}}", ratio_or_na(values[f"{key}_{weight}"], values[weight])
            )
            for weight in _WEIGHTS
            for key in _ELECTIONS
        }
        rows.append(Row(row, cells | averages, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Series", width=9),
        *(
            Column(f"average_{key}_{weight}", header, "rate", f"Average weighted by {word}", 12)
            for weight, word in _WEIGHTS.items()
            for key, header in _ELECTIONS.items()
        ),
        Column("insureds", "Insureds", "count", "Insureds affected", 12),
        Column("premium", "Annualized premium", "money", "Insureds affected", 13),
        *(
            Column(f"{key}_{weight}", f"{header} x {word}", "count", "Sums over insureds affected", 13, printed=False)
            for weight, word in _WEIGHTS.items()
            for key, header in _ELECTIONS.items()
        ),
    )
    published = {("text", name, ""): (ALL, f"average_{key}_premium") for key, name in _PRINTED.items()}
    notes = (
        text(
            "Averages over the insureds affected: those still paying premium after the effective date, limited-pay "
            "included; premium at the rates before the increase. The filing states about 5%, 13% and 3% for all series "
            "combined and does not say how they are weighted; weighting by premium comes nearest."
        ),
    )
    return Table("section_06e", columns, tuple(rows), "6e. Insured Behavior Due to the Rate Increase", notes, published)


def _interest(run: FilingRun) -> Table:
    found = run.sums(interest_sums)
    rates = [float(rate) for (rate,) in reversed(found.keys("insureds"))]
    weights = [weight for weight, _, _ in _INTEREST_WEIGHTS]
    sums = {f"{weight}_{i}": found[(weight, rate)] for weight in weights for i, rate in enumerate(rates)}
    heads = {f"{weight}_{i}": Cell(r, engine=True, measure="rate") for weight in weights for i, r in enumerate(rates)}
    rows = [Row("rate", {"series": text("Rate"), **heads})]
    last = len(rates) - 1
    for row, cells, values in summed_rows(run, sums):
        for weight in weights:
            by_rate = [values[f"{weight}_{i}"] for i in range(len(rates))]
            span = f"{{{weight}_0}}:{{{weight}_{last}}}"
            of = f"SUMPRODUCT({{rate.{weight}_0}}:{{rate.{weight}_{last}}},{span})"
            value = ratio_or_na(float(np.dot(rates, by_rate)), sum(by_rate))
            cells[f"average_{weight}"] = live_ratio(of, f"SUM({span})", value)
        rows.append(Row(row, cells, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Series", width=9),
        Column("average_insureds", "by insureds", "rate", "Average maximum valuation rate", 10),
        Column("average_premium", "by premium", "rate", "Average maximum valuation rate", 10),
        *(
            Column(f"{weight}_{i}", "", measure, f"{header} at each rate", 13)
            for weight, header, measure in _INTEREST_WEIGHTS
            for i in range(len(rates))
        ),
    )
    published = {
        ("AppB", name, "max_valuation_at_issue_avg"): (row, "average_insureds")
        for row, name in series_rows(run).items()
    }
    heading = "6f. Maximum Valuation Interest Rate at Issue by Series (Exhibit III, Appendix B)"
    return Table("section_06f", columns, tuple(rows), heading, published=published)
