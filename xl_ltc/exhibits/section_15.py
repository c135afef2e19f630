"""Section 15: lifetime loss ratios and the 58%/85% test by series, and the RBO bases beside each other."""

from __future__ import annotations

from xl_ltc.exhibits.cash_flows import FUTURE, HISTORY, name_on_basis, valued_name
from xl_ltc.exhibits.checks import Published
from xl_ltc.exhibits.exhibit_1 import LIFETIME, table_name
from xl_ltc.exhibits.exhibit_2 import FAIL, PASS, verdict
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.notes import increase_note, valuation_notes
from xl_ltc.exhibits.table import ALL, Cell, Column, Page, PublishedKey, Row, Table, live, live_ratio, ratio_or_na, text
from xl_ltc.loss_ratio.measures import Experience
from xl_ltc.projection.results import BASES, Basis
from xl_ltc.rate_increase.behaviour import RBO_BASES

MILLION = 1_000_000


def section_15(run: FilingRun, published: Published) -> Page:
    """Loss-ratio requirements by series, and the bases of the reduced-benefit assumption compared."""
    return Page(
        "Section 15",
        "Lifetime loss ratios and the 58%/85% test by series; the three RBO bases beside each other.",
        ("Section 15", "Demonstration of Satisfaction of Loss Ratio Requirements", "Nationwide experience"),
        (_lifetime(run), _test(run), _rbo(run, published)),
        (*valuation_notes(run), increase_note(run.assumptions.settings)),
        landscape=True,
    )


def _experiences(run: FilingRun) -> dict[str, Experience]:
    """The experience of all series, and of each; keys are row names."""
    by_series = {f"series_{i}": run.experience.where(series=s) for i, s in enumerate(run.series)}
    return {ALL: run.experience, **by_series}


def _label(run: FilingRun, row: str) -> Cell:
    return text(ALL if row == ALL else run.series[int(row.removeprefix("series_"))])


def _sum(row: str, measure: str, basis: Basis, period: str = "") -> str:
    """The formula, without its equals sign, of a valued measure of the row's series."""
    name = valued_name(measure, basis)
    criteria = [] if row == ALL else ["cf_series,{series}"]
    criteria += [f'cf_period,"{period}"'] if period else []
    return f"SUMIFS({name},{','.join(criteria)})" if criteria else f"SUM({name})"


def _lifetime(run: FilingRun) -> Table:
    rows = []
    for row, experience in _experiences(run).items():
        cells = {"series": _label(run, row)}
        for basis in BASES:
            claims, premium = (experience.values(m, basis).lifetime for m in ("incurred_claims", "earned_premium"))
            cells[f"claims_{basis}"] = live("=" + _sum(row, "incurred_claims", basis), claims)
            cells[f"premium_{basis}"] = live("=" + _sum(row, "earned_premium", basis), premium)
            cells[basis] = live_ratio(f"{{claims_{basis}}}", f"{{premium_{basis}}}", ratio_or_na(claims, premium))
        rows.append(Row(row, cells, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Series", width=24),
        Column("before", "Before Increase", "ratio", "Lifetime loss ratio", 13),
        Column("after", "After Increase", "ratio", "Lifetime loss ratio", 13),
        *(
            Column(f"{key}_{basis}", f"{word} {basis}", "money", "Values at the valuation date ($)", 16)
            for basis in BASES
            for key, word in (("premium", "Premium"), ("claims", "Claims"))
        ),
    )
    published: dict[PublishedKey, tuple[str, str]] = {("s15", ALL, basis): (ALL, basis) for basis in BASES}
    heading = "Lifetime Loss Ratios at the Maximum Valuation Interest Rate by Series"
    return Table("section_15_lifetime", columns, tuple(rows), heading, published=published)


def _test(run: FilingRun) -> Table:
    rows = []
    for row, experience in _experiences(run).items():
        test = experience.test_58_85()
        initial, premium, claims = "initial_earned_premium", "earned_premium", "incurred_claims"
        item_5 = "initial_premium_factor*({item_1}+{item_3})+increase_premium_factor*({item_2b}+{item_4b})"
        cells = {
            "series": _label(run, row),
            "item_1": live("=" + _sum(row, initial, "after", HISTORY), test.item_1),
            "item_2b": live(f"={_sum(row, premium, 'after', HISTORY)}-{{item_1}}", test.item_2b),
            "item_3": live("=" + _sum(row, initial, "after", FUTURE), test.item_3),
            "item_4b": live(f"={_sum(row, premium, 'after', FUTURE)}-{{item_3}}", test.item_4b),
            "item_6a": live("=" + _sum(row, claims, "after", HISTORY), test.item_6a),
            "item_6b": live(f"={_sum(row, claims, 'after', FUTURE)}*(1+moderately_adverse_margin)", test.item_6b),
            "item_5": live(f"=({item_5})/{MILLION}", test.item_5 / MILLION),
            "item_7": live(f"=({{item_6a}}+{{item_6b}})/{MILLION}", test.item_7 / MILLION),
            "result": live(f'=IF({{item_7}}>={{item_5}},"{PASS}","{FAIL}")', verdict(test.passed)),
        }
        rows.append(Row(row, cells, "total" if row == ALL else "body"))
    columns = (
        Column("series", "Series", width=24),
        Column("item_5", "Item 5[1]", "millions", "$ in millions"),
        Column("item_7", "Item 7[2]", "millions", "$ in millions"),
        Column("result", "Result[3]", "general"),
        *(
            Column(f"item_{i}", f"Item {i}", "money", "Items of Exhibit II ($)", 15)
            for i in ("1", "2b", "3", "4b", "6a", "6b")
        ),
    )
    published = {
        ("s15t", ALL, printed): (ALL, column)
        for printed, column in (("item5_musd", "item_5"), ("item7_musd", "item_7"), ("result", "result"))
    }
    notes = (
        text("[1] Item 5 is the Lifetime Earned Premium Times Prescribed Factor."),
        text("[2] Item 7 is Lifetime Incurred Claims with Rate Increase."),
        text("[3] Test of whether Item 7 is not less than Item 5."),
    )
    return Table("section_15_test", columns, tuple(rows), "58%/85% Test by Series ($ in millions)", notes, published)


_COMPARED = {
    "item_3": ("initial_earned_premium", "Item 3: PV initial premium", ("Ex2", "3", "amount")),
    "premium": ("earned_premium", "PV premium after", ("Ex1bpv", FUTURE, "earned_premium")),
    "claims": ("incurred_claims", "PV claims after", ("Ex1bpv", FUTURE, "incurred_claims")),
}
_FILED = "as published"


def _rbo(run: FilingRun, published: Published) -> Table:
    """Each basis beside the filing's numbers, where they are at hand."""
    filed = {key: published.number(*where) for key, (_, _, where) in _COMPARED.items()}
    filed_ratio = published.number("Ex1bpv", LIFETIME, "lr")
    rows = [_rbo_row(run, basis, filed) for basis in RBO_BASES]
    known = {key: text(value) for key, value in filed.items() if value is not None}
    if known:
        ratio = {"ratio": text(filed_ratio)} if filed_ratio is not None else {}
        rows.append(Row(_FILED, {"basis": text("As published in the filing"), **known, **ratio}, "total"))
    columns = (
        Column("basis", "RBO basis", width=24),
        Column("ratio", "Lifetime loss ratio after", "ratio"),
        *(Column(key, header, "money", width=14) for key, (_, header, _) in _COMPARED.items()),
        *(
            Column(f"{key}_off", header, "difference", "Modelled over published, less one", 14)
            for key, (_, header, _) in _COMPARED.items()
            if key in known
        ),
    )
    chosen = run.assumptions.settings.rbo_basis
    note = text(f"The exhibits of this workbook are on the basis {chosen}. See Settings for what each basis means.")
    heading = "Reduced Benefit Options: the Three Bases Compared, All Series"
    return Table("section_15_rbo", columns, tuple(rows), heading, (note,))


def _rbo_row(run: FilingRun, basis: str, filed: dict[str, float | None]) -> Row:
    experience = Experience.at_valuation_rates(run.rbo_cash_flows[basis], run.assumptions.settings)
    cells = {"basis": text(basis)}
    for key, (measure, _, _) in _COMPARED.items():
        value = experience.values(measure, "after").future
        name = name_on_basis(run, measure, basis)
        cells[key] = live(f'=SUMPRODUCT((cf_period="{FUTURE}")*cf_factor*{name})', value)
        published = filed[key]
        if published:
            cells[f"{key}_off"] = live(f"={{{key}}}/{{{_FILED}.{key}}}-1", value / published - 1.0)
    history = f"{table_name('after')}_values!{HISTORY}"
    cells["ratio"] = live(
        f"=({{{history}.claims}}+{{claims}})/({{{history}.premium}}+{{premium}})",
        experience.lifetime_loss_ratio("after"),
    )
    return Row(basis, cells)
