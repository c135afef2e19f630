"""Cases of the projection."""

from __future__ import annotations

import datetime as dt
from math import exp, inf, log, prod
from typing import Any

from tests.plain_policy import PLAIN_POLICY
from tests.udfs.cases import Case
from xl_ltc_udfs.cells import OMITTED, CellError

WORKED = "the worked example of tests/projection, on the bundled claim costs, by hand"
HAND = "by hand"
ADDED = "a block's projection is the sum of its policies'"
BOUNDARY = "what a cell may hold (cells.py)"
SCHEMA = "what the in-force file may hold (xl_ltc.inforce)"

PLAIN = {**PLAIN_POLICY, "issue_age": 68, "new_business_premium": 2800.0}
HEADER = list(PLAIN)

FLOWS = [
    "earned_premium_before",
    "incurred_claims_before",
    "lives_before",
    "earned_premium_after",
    "initial_earned_premium_after",
    "incurred_claims_after",
    "lives_after",
]


def policy(**changed: Any) -> list[Any]:
    """A row of the in-force file: the policy of the worked example, with other values in some columns."""
    return list({**PLAIN, **changed}.values())


def block(*rows: list[Any]) -> list[list[Any]]:
    """Policies below the header row."""
    return [HEADER, *rows]


def settings(**values: Any) -> list[list[Any]]:
    """A range of settings, with a column more, as the workbook's table has."""
    return [["setting", "value", "meaning"], *([name, value, "…"] for name, value in values.items())]


def options(**values: Any) -> list[list[Any]]:
    """Two years with an increase in the second, and what else is given."""
    return settings(**{"projection_years": 2, "increase_effective_year": 2018, **values})


TWO_YEARS = options()

# Per segment; section numbers and printed tables as in tests/projection/test_worked_example.py.
Segment = dict[str, Any]
_A_1A = (0.96, 0.95, 0.94)  # female, partnered, preferred
_CONSTANT = prod((0.91, 0.90, 1.0, 0.58, 1.0, 1.0, 1.0, 1.0))  # A-3a female, preferred; relativity of three years


def _segment(
    year: int,
    half: int,
    length: float,
    k: int,
    duration: int,
    age: int,
    *,
    q_iam: float,
    factors: tuple[float, float],
    g2: float,
    lapse: float,
    expiry: float,
    cost: float,
    a_3a: tuple[float, float, float, float],
) -> Segment:
    """What the tables say of a segment; ``factors`` by age and duration, ``a_3a`` by age (three) and duration."""
    return dict(
        year=year,
        half=half,
        length=length,
        k=k,
        duration=duration,
        age=age,
        hazard=inf if age == 120 else -log(1 - q_iam),
        factors=factors,
        improvement=(1 - g2) ** k,
        lapse=lapse,
        expiry=expiry,
        cost=cost,
        a_3a=a_3a,
    )


_AT_75: dict[str, Any] = dict(
    q_iam=0.015869,
    factors=(0.87, 0.77),
    g2=0.013,
    lapse=0.006,
    expiry=0.0010,
    cost=4.727566,
    a_3a=(0.99, 0.92, 0.98, 0.98),
)
_AT_76: dict[str, Any] = dict(
    q_iam=0.017555,
    factors=(0.89, 0.79),
    g2=0.013,
    lapse=0.005,
    expiry=0.0014,
    cost=5.723498,
    a_3a=(0.99, 0.93, 1.00, 0.97),
)
_AT_77: dict[str, Any] = dict(
    q_iam=0.019500,
    factors=(0.90, 0.81),
    g2=0.013,
    lapse=0.005,
    expiry=0.0018,
    cost=7.018212,
    a_3a=(1.00, 0.95, 1.01, 0.99),
)
EXAMPLE = [
    _segment(2017, 1, 0.2, 1, 8, 75, **_AT_75),
    _segment(2017, 2, 0.8, 1, 9, 76, **_AT_76),
    _segment(2018, 1, 0.2, 2, 9, 76, **_AT_76),
    _segment(2018, 2, 0.8, 2, 10, 77, **_AT_77),
]
# Issued four years earlier at 64: the same ages, durations 12 to 14, a valuation rate of 4.5% and not 4%.
EARLIER = [
    _segment(
        year, half, length, k, duration, age, **{**at, "lapse": 0.005, "factors": (f_age, f), "a_3a": (*by_age, 1.0)}
    )
    for (year, half, length, k, duration, age, at, f) in (
        (2017, 1, 0.2, 1, 12, 75, _AT_75, 0.85),
        (2017, 2, 0.8, 1, 13, 76, _AT_76, 0.87),
        (2018, 1, 0.2, 2, 13, 76, _AT_76, 0.87),
        (2018, 2, 0.8, 2, 14, 77, _AT_77, 0.89),
    )
    for f_age, by_age in ((at["factors"][0], at["a_3a"][:3]),)
]
FROM_2018 = [_segment(2018, 1, 0.2, 1, 9, 76, **_AT_76), _segment(2018, 2, 0.8, 1, 10, 77, **_AT_77)]

# Issued on 30 June 1977 at 80: 119 at the valuation date, certain to die after the anniversary.
_LAST: dict[str, Any] = dict(
    q_iam=0.4, factors=(1.0, 0.98), g2=0.0, lapse=0.005, expiry=0.2, a_3a=(1.0, 1.01, 1.0, 1.0)
)
OLD = dict(policy_id="old", issue_date=dt.date(1977, 6, 30), issue_age=80)
LAST_AGES = [
    _segment(2017, 1, 180 / 365, 1, 40, 119, cost=13.274438, **_LAST),
    _segment(2017, 2, 185 / 365, 1, 41, 120, cost=13.274438, **_LAST),
]

# Section 6e and Appendix A for an increase of 40%: 8% of 40% take the CBUL, 2.5 times as many reduce benefits.
C, B = 0.032, 0.08
SHOCK = ((1 - C) * (1 - B) * 1.4, (1 - C) * (1 - B), (1 - C) * (1 - B) / 0.982, 1 - C)
NO_SHOCK = (1.0, 1.0, 1.0, 1.0)


def _traced(name: str, segments: list[Segment], shock: tuple[float, ...] = SHOCK, since: int = 2018) -> list[Segment]:
    """The columns of LTC_TRACE, one by one."""
    rows, lives = [], 1.0
    for s in segments:
        certain = s["hazard"] == inf
        factor = prod((*s["factors"], *_A_1A))
        q = 1.0 if certain else 1 - exp(-s["hazard"] * factor)
        death = 1.0 if certain else q * s["improvement"]
        alive, stay, keep = ((1 - rate) ** s["length"] for rate in (death, s["lapse"], s["expiry"]))
        end = lives * alive * stay * keep
        average = (lives + end) / 2
        growth = 1.05 ** (s["duration"] - 1)
        claims = 150 * s["cost"] * prod(s["a_3a"]) * growth * s["improvement"] * _CONSTANT
        after = shock if (s["year"], s["half"]) >= (since, 2) else NO_SHOCK
        premium, incurred = 2000 * s["length"] * average, claims * s["length"] * average
        rows.append(
            dict(
                policy_id=name,
                calendar_year=s["year"],
                segment=s["half"],
                segment_length=s["length"],
                projection_year=s["k"],
                policy_duration=s["duration"],
                attained_age=s["age"],
                mortality_base_hazard="#NUM!" if certain else s["hazard"],
                mortality_factor_age=s["factors"][0],
                mortality_factor_sex=0.96,
                mortality_factor_partner_status=0.95,
                mortality_factor_underwriting_class=0.94,
                mortality_factor_duration=s["factors"][1],
                mortality_q_before_improvement=q,
                mortality_improvement=s["improvement"],
                mortality_q=death,
                lapse_rate=s["lapse"],
                benefit_expiry_rate=s["expiry"],
                lives_begin_before=lives,
                deaths=lives * (1 - alive),
                lapses=lives * alive * (1 - stay),
                benefit_expiries=lives * alive * stay * (1 - keep),
                lives_end_before=end,
                average_lives=average,
                annualized_premium=2000,
                daily_benefit=150,
                claim_cost=s["cost"],
                claim_factor_age_series=s["a_3a"][0],
                claim_factor_age_benefit_period=s["a_3a"][1],
                claim_factor_age_benefit_type=s["a_3a"][2],
                claim_factor_duration_series=s["a_3a"][3],
                benefit_growth=growth,
                morbidity_improvement=s["improvement"],
                claim_factor_sex=0.91,
                claim_factor_underwriting_class=0.90,
                relativity_benefit_period=0.58,
                relativity_benefit_type=1,
                relativity_coverage_type=1,
                relativity_elimination_period=1,
                relativity_inflation_option=1,
                relativity_partner_status=1,
                claims_per_life_year=claims,
                premium_factor_after=after[0],
                initial_premium_factor_after=after[1],
                claims_factor_after=after[2],
                lives_factor_after=after[3],
                earned_premium_before=premium,
                incurred_claims_before=incurred,
                earned_premium_after=premium * after[0],
                initial_earned_premium_after=premium * after[1],
                incurred_claims_after=incurred * after[2],
                lives_end_after=end * after[3],
            )
        )
        lives = end
    return rows


def traced(*arguments: Any, **keywords: Any) -> list[list[Any]]:
    """A trace with its header row."""
    rows = _traced(*arguments, **keywords)
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def _years(segments: list[Segment], **keywords: Any) -> list[list[float]]:
    """Calendar year and the columns of ``FLOWS``."""
    rows = _traced("", segments, **keywords)
    out = []
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        amounts = [
            second["lives_end" + name.removeprefix("lives")] if name.startswith("lives") else first[name] + second[name]
            for name in FLOWS
        ]
        out.append([first["calendar_year"], *amounts])
    return out


def projected(*rows: list[Any], by: tuple[str, ...] = ()) -> list[list[Any]]:
    """A projection with its header row."""
    return [[*by, "calendar_year", *FLOWS], *rows]


def times(factor: float, rows: list[list[float]]) -> list[list[float]]:
    """A projection with its amounts multiplied, its years not."""
    return [[year, *(factor * amount for amount in amounts)] for year, *amounts in rows]


def plus(some: list[list[float]], others: list[list[float]]) -> list[list[float]]:
    """The amounts of two projections of the same years added."""
    return [[a[0], *(x + y for x, y in zip(a[1:], b[1:], strict=True))] for a, b in zip(some, others, strict=True)]


def grouped(key: list[str], rows: list[list[float]]) -> list[list[Any]]:
    """A projection's rows with their group before them."""
    return [[*key, *row] for row in rows]


ALONE = _years(EXAMPLE)
AMOUNTS: dict[str, Any] = dict(relative=1e-11)

PROJECT = (
    Case(
        "project-one-policy", "LTC_PROJECT", (block(policy()), OMITTED, TWO_YEARS), projected(*ALONE), WORKED, **AMOUNTS
    ),
    Case(
        "project-by-series",
        "LTC_PROJECT",
        (block(policy()), "series", TWO_YEARS),
        projected(*grouped(["500"], ALONE), by=("series",)),
        WORKED,
        **AMOUNTS,
    ),
    Case(
        "project-a-policy-twice",
        "LTC_PROJECT",
        (block(policy(), policy(policy_id="P1")), OMITTED, TWO_YEARS),
        projected(*times(2, ALONE)),
        ADDED,
        **AMOUNTS,
    ),
    Case(
        "project-by-state-and-sex",
        "LTC_PROJECT",
        (
            block(
                policy(state="VA"),
                policy(policy_id=2),
                policy(policy_id=3, state="VA", annualized_premium=1000, new_business_premium=1400),
            ),
            " State,sex ",
            TWO_YEARS,
        ),
        projected(
            *grouped(["MD", "Female"], ALONE),
            *grouped(
                ["VA", "Female"],
                [
                    [y, 1.5 * p, 2 * c, 2 * n, 1.5 * pa, 1.5 * ia, 2 * ca, 2 * na]
                    for y, p, c, n, pa, ia, ca, na in ALONE
                ],
            ),
            by=("state", "sex"),
        ),
        ADDED,
        **AMOUNTS,
    ),
    Case(
        "project-groups-hold-all-valuation-rates",
        "LTC_PROJECT",
        (block(policy(), policy(policy_id="P1", issue_date="2005-03-15", issue_age=64)), "state", TWO_YEARS),
        projected(*grouped(["MD"], plus(ALONE, _years(EARLIER))), by=("state",)),
        f"{ADDED}; section 6f, 4.0% and 4.5%",
        **AMOUNTS,
    ),
    Case(
        "project-without-header-row",
        "LTC_PROJECT",
        ([policy(), policy(policy_id="P1")], OMITTED, TWO_YEARS),
        projected(*times(2, ALONE)),
        ADDED,
        **AMOUNTS,
    ),
    Case(
        "project-columns-in-another-order-and-blank-rows",
        "LTC_PROJECT",
        ([[*HEADER[::-1]], policy()[::-1], [None] * 19, [""] * 19], OMITTED, TWO_YEARS),
        projected(*ALONE),
        WORKED,
        **AMOUNTS,
    ),
    Case(
        "project-numbers-as-text-and-codes-as-numbers",
        "LTC_PROJECT",
        (
            block(
                policy(series=500.0, benefit_period=3, issue_age="68", daily_benefit=" 150 ", annualized_premium="2e3")
            ),
            OMITTED,
            [*TWO_YEARS, ["", None, ""]],
        ),
        projected(*ALONE),
        BOUNDARY,
        **AMOUNTS,
    ),
    *(
        Case(
            f"project-issue-date-{name}",
            "LTC_PROJECT",
            (block(policy(issue_date=date)), OMITTED, TWO_YEARS),
            projected(*ALONE),
            f"{BOUNDARY}; 15 March 2009 is day 39887",
            **AMOUNTS,
        )
        for name, date in (
            ("as-a-number", 39887),
            ("as-a-number-with-a-time", 39887.75),
            ("as-a-date", dt.date(2009, 3, 15)),
            ("as-a-date-and-time", dt.datetime(2009, 3, 15, 12)),
            ("as-text-of-a-number", "39887"),
        )
    ),
    Case(
        "project-before-the-increase",
        "LTC_PROJECT",
        (block(policy()), OMITTED, options(projection_years="1")),
        projected(ALONE[0]),
        WORKED,
        **AMOUNTS,
    ),
    Case(
        "project-with-a-cap",
        "LTC_PROJECT",
        (block(policy()), OMITTED, options(rate_increase_cap=0.15)),
        projected(*_years(EXAMPLE, shock=(1.15, 1.0, 1.0, 1.0))),
        "an increase of 15% causes no election, Appendix A",
        **AMOUNTS,
    ),
    Case(
        "project-increase-a-year-earlier",
        "LTC_PROJECT",
        (block(policy()), OMITTED, options(increase_effective_year=2017)),
        projected(*_years(EXAMPLE, since=2017)),
        HAND,
        **AMOUNTS,
    ),
    *(
        Case(
            f"project-valuation-date-{name}",
            "LTC_PROJECT",
            (block(policy()), OMITTED, options(valuation_date=date, projection_years=1)),
            projected(*_years(FROM_2018)),
            f"{HAND}; a year later, one year of improvement",
            **AMOUNTS,
        )
        for name, date in (
            ("as-text", "2017-12-31"),
            ("as-a-number", 43100),
            ("as-a-date", dt.datetime(2017, 12, 31)),
        )
    ),
    Case(
        "project-no-new-business-premium-above-the-current",
        "LTC_PROJECT",
        (block(policy(new_business_premium=1500)), OMITTED, TWO_YEARS),
        projected(*_years(EXAMPLE, shock=NO_SHOCK)),
        "no decreases, section 2",
        **AMOUNTS,
    ),
    Case(
        "project-last-ages",
        "LTC_PROJECT",
        (block(policy(**OLD)), "policy_id", settings(projection_years=1, increase_effective_year=2018)),
        projected(*grouped(["old"], _years(LAST_AGES)), by=("policy_id",)),
        HAND,
        **AMOUNTS,
    ),
    Case(
        "project-missing-column",
        "LTC_PROJECT",
        ([HEADER[:-1], policy()[:-1]],),
        "#VALUE!",
        SCHEMA,
        reason="policies: found no column new_business_premium; allowed: table inforce has the columns policy_id",
    ),
    Case(
        "project-unknown-column",
        "LTC_PROJECT",
        ([[*HEADER, "colour"], [*policy(), "red"]],),
        "#VALUE!",
        SCHEMA,
        reason="policies, column colour: found unknown column 'colour'",
    ),
    Case(
        "project-unknown-code",
        "LTC_PROJECT",
        (block(policy(), policy(policy_id="P1", series="700")),),
        "#VALUE!",
        SCHEMA,
        reason="policies, row 3, column series, policy P1: found '700'; allowed: one of 200, 300, 400, 500, 511",
    ),
    Case(
        "project-unknown-code-without-header",
        "LTC_PROJECT",
        ([policy(), policy(policy_id="P1", sex="W")],),
        "#VALUE!",
        SCHEMA,
        reason="policies, row 2, column sex, policy P1: found 'W'; allowed: one of Male, Female",
    ),
    Case(
        "project-same-policy-twice",
        "LTC_PROJECT",
        (block(policy(), policy()),),
        "#VALUE!",
        SCHEMA,
        reason="policies, row 3, column policy_id, policy P0: found 'P0' a second time (first in policies, row 2)",
    ),
    Case(
        "project-issued-after-the-valuation-date",
        "LTC_PROJECT",
        (block(policy(issue_date=dt.date(2017, 1, 1))),),
        "#VALUE!",
        SCHEMA,
        reason="policies, row 2, column issue_date, policy P0",
    ),
    Case(
        "project-date-beyond-the-calendar",
        "LTC_PROJECT",
        (block(policy(issue_date=1e9)),),
        "#VALUE!",
        SCHEMA,
        reason="policies, row 2, column issue_date, policy P0",
    ),
    Case(
        "project-blank-cell",
        "LTC_PROJECT",
        (block(policy(issue_age="")),),
        "#VALUE!",
        SCHEMA,
        reason="policies, row 2, column issue_age, policy P0: found nothing (blank); allowed: a whole number from 18",
    ),
    Case(
        "project-error-value-in-a-cell",
        "LTC_PROJECT",
        (block(policy(daily_benefit=CellError("#DIV/0!"))),),
        "#VALUE!",
        BOUNDARY,
        reason="policies, row 2, column 17: found the error value #DIV/0!",
    ),
    Case(
        "project-infinite-premium",
        "LTC_PROJECT",
        (block(policy(annualized_premium=inf)),),
        "#VALUE!",
        BOUNDARY,
        reason="policies, row 2, column 18",
    ),
    Case(
        "project-header-alone",
        "LTC_PROJECT",
        (block(),),
        "#VALUE!",
        SCHEMA,
        reason="policies: found no rows; allowed: a row",
    ),
    Case(
        "project-range-that-is-no-policies",
        "LTC_PROJECT",
        ([[1, 2], [3, 4]],),
        "#VALUE!",
        SCHEMA,
        reason="policies: found a range of 2 × 2 cells without a header row; allowed: a header row, or the columns",
    ),
    Case("project-nothing", "LTC_PROJECT", (OMITTED,), "#VALUE!", BOUNDARY, reason="policies: found nothing (omitted)"),
    Case("project-a-blank-cell", "LTC_PROJECT", ("",), "#VALUE!", BOUNDARY, reason="policies: found nothing (blank)"),
    Case(
        "project-an-error-value",
        "LTC_PROJECT",
        (CellError("#REF!"),),
        "#REF!",
        BOUNDARY,
        reason="policies: found the error value #REF!",
    ),
    Case("project-no-such-file", "LTC_PROJECT", ("no_such_block.parquet",), "#N/A", HAND, reason="policies: no file "),
    Case(
        "project-no-such-assumptions",
        "LTC_PROJECT",
        (block(policy()), OMITTED, OMITTED, "no_such_workbook.xlsx"),
        "#N/A",
        HAND,
        reason="assumptions: no file ",
    ),
    Case(
        "project-by-no-column",
        "LTC_PROJECT",
        (block(policy()), "series, colour"),
        "#VALUE!",
        SCHEMA,
        reason="by: found 'colour'; allowed: policy_id, series, state",
    ),
    Case(
        "project-by-an-amount",
        "LTC_PROJECT",
        (block(policy()), "daily_benefit"),
        "#VALUE!",
        SCHEMA,
        reason="by: found 'daily",
    ),
    Case(
        "project-by-a-column-twice",
        "LTC_PROJECT",
        (block(policy()), "state,state"),
        "#VALUE!",
        SCHEMA,
        reason="by: found 'state,state', a column a second time",
    ),
    Case(
        "project-no-years",
        "LTC_PROJECT",
        (block(policy()), OMITTED, settings(projection_years=0)),
        "#VALUE!",
        HAND,
        reason="settings, row 2, column value: found projection_years = 0; allowed: a whole number from 1 to 120",
    ),
    Case(
        "project-setting-twice",
        "LTC_PROJECT",
        (block(policy()), OMITTED, [*TWO_YEARS, ["projection_years", 3, ""]]),
        "#VALUE!",
        HAND,
        reason="settings, row 4, column setting: found setting projection_years a second time",
    ),
    Case(
        "project-valuation-in-summer",
        "LTC_PROJECT",
        (block(policy()), OMITTED, settings(valuation_date=dt.date(2017, 6, 30))),
        "#VALUE!",
        HAND,
        reason="settings, row 2, column value: found valuation_date = 2017-06-30; allowed: a 31 December",
    ),
    Case(
        "project-valuation-by-a-year",
        "LTC_PROJECT",
        (block(policy()), OMITTED, settings(valuation_date=2017)),
        "#VALUE!",
        f"{HAND}; 2017 is a day of July 1905",
        reason="settings, row 2, column value: found valuation_date",
    ),
)

TRACE = (
    Case(
        "trace-a-policys-row",
        "LTC_TRACE",
        (block(policy()), OMITTED, TWO_YEARS),
        traced("P0", EXAMPLE),
        WORKED,
        **AMOUNTS,
    ),
    Case(
        "trace-a-policys-row-without-header",
        "LTC_TRACE",
        ([policy()], OMITTED, TWO_YEARS),
        traced("P0", EXAMPLE),
        WORKED,
        **AMOUNTS,
    ),
    Case(
        "trace-by-id",
        "LTC_TRACE",
        ("P1", block(policy(sex="Male"), policy(policy_id="P1")), TWO_YEARS),
        traced("P1", EXAMPLE),
        WORKED,
        **AMOUNTS,
    ),
    Case(
        "trace-by-a-number",
        "LTC_TRACE",
        (7.0, [policy(sex="Male"), policy(policy_id=7)], TWO_YEARS),
        traced("7", EXAMPLE),
        BOUNDARY,
        **AMOUNTS,
    ),
    Case(
        "trace-id-with-blanks-around",
        "LTC_TRACE",
        (" P1", block(policy(policy_id="P1  ")), TWO_YEARS),
        traced("P1  ", EXAMPLE),
        SCHEMA,
        **AMOUNTS,
    ),
    Case(
        "trace-last-ages",
        "LTC_TRACE",
        (block(policy(**OLD)), OMITTED, settings(projection_years=1)),
        traced("old", LAST_AGES),
        "by hand; the hazard of certain death is infinite",
        **AMOUNTS,
    ),
    Case(
        "trace-from-another-valuation-date",
        "LTC_TRACE",
        (block(policy()), OMITTED, options(valuation_date="2017-12-31", projection_years=1)),
        traced("P0", FROM_2018),
        HAND,
        **AMOUNTS,
    ),
    Case(
        "trace-no-such-policy",
        "LTC_TRACE",
        ("P9", block(policy()), TWO_YEARS),
        "#N/A",
        HAND,
        reason="no policy 'P9' among 1 policies",
    ),
    Case(
        "trace-no-such-policy-of-the-illustrative-block",
        "LTC_TRACE",
        ("no such policy",),
        "#N/A",
        "77,020 policies, section 22 and the paid-up ones",
        reason="no policy 'no such policy' among 77,020 policies",
    ),
    Case(
        "trace-two-policies",
        "LTC_TRACE",
        (block(policy(), policy(policy_id=1)),),
        "#VALUE!",
        HAND,
        reason="found 2 policies",
    ),
    Case(
        "trace-a-row-and-policies",
        "LTC_TRACE",
        (block(policy()), block(policy())),
        "#VALUE!",
        HAND,
        reason="policies: found a range or path beside a policy's own row",
    ),
    Case("trace-nothing", "LTC_TRACE", (OMITTED,), "#VALUE!", BOUNDARY, reason="policy: found nothing (omitted)"),
    Case("trace-a-blank-cell", "LTC_TRACE", ("", block(policy())), "#VALUE!", BOUNDARY, reason="policy: found nothing"),
    Case("trace-nan", "LTC_TRACE", (float("nan"), block(policy())), "#NUM!", BOUNDARY, reason="policy: found"),
    Case(
        "trace-an-error-value",
        "LTC_TRACE",
        (CellError("#N/A"), block(policy())),
        "#N/A",
        BOUNDARY,
        reason="policy: found",
    ),
    Case(
        "trace-a-file-that-is-not-there",
        "LTC_TRACE",
        ("P0", "no_such_block.csv"),
        "#N/A",
        HAND,
        reason="policies: no file",
    ),
    Case(
        "trace-bad-policy",
        "LTC_TRACE",
        (block(policy(benefit_period=7)),),
        "#VALUE!",
        SCHEMA,
        reason="policy, row 2, column benefit_period, policy P0: found 7; allowed: one of 2, 3, 4, 5, 6, 10, Lifetime",
    ),
)

CASES: tuple[Case, ...] = (*PROJECT, *TRACE)
