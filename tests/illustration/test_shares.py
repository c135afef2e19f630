"""Shares that print as published in every series and in all series together."""

from __future__ import annotations

import numpy as np
import pytest

from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.illustration import published
from xl_ltc.illustration.shares import consistent_shares


def test_shares_meet_both_margins() -> None:
    """30% and 30% print; but with equal weights all must print 31%, so both move up within their rounding."""
    shares = consistent_shares({"a": [30.0, 70.0], "b": [31.0, 69.0]}, [31.0, 69.0], {"a": 500, "b": 500}, [0.3, 0.3])
    assert [round(s[0]) for s in shares.values()] == [30, 31]
    assert round(0.5 * shares["a"][0] + 0.5 * shares["b"][0]) == 31
    for series in shares.values():
        assert series.sum() == pytest.approx(100, abs=1e-6)


def test_nothing_is_sold_where_nothing_was_printed() -> None:
    shares = consistent_shares({"a": [0.0, 100.0], "b": [50.0, 50.0]}, [30.0, 70.0], {"a": 1, "b": 1}, [0.3, 0.3])
    assert shares["a"][0] == 0


@pytest.mark.parametrize(
    "characteristic",
    ["benefit_period", "elimination_period", "coverage_type", "benefit_type", "inflation_option", "underwriting_class"],
)
def test_section_21_of_all_series(filing_run: FilingRun, characteristic: str) -> None:
    shares = filing_run.block.frame[characteristic].value_counts(normalize=True) * 100
    names = published.categories(characteristic)
    for name, printed in zip(names, published.whole_percents(characteristic, "All"), strict=True):
        share = shares.get(name.removesuffix(" Years"), 0.0)
        assert share < 1 if printed is None else round(share) == printed, name


def test_issue_ages_of_all_series(filing_run: FilingRun) -> None:
    """Two bands miss by less than half a point: the average age of series 300 wants its shares elsewhere."""
    counts = np.histogram(filing_run.block.issue_age, bins=[0, *range(40, 85, 5), 200])[0]
    shares = dict(zip(published.categories("issue_age"), 100 * counts / counts.sum(), strict=True))
    printed = dict(zip(shares, published.whole_percents("issue_age", "All"), strict=True))
    missed = {b for b, share in shares.items() if (share >= 1 if (p := printed[b]) is None else round(share) != p)}
    assert missed <= {"55-59", "60-64"}
    assert all(abs(shares[b] - (printed[b] or 0.0)) < 0.9 for b in missed)


def test_section_2_of_all_series(filing_run: FilingRun) -> None:
    percent = np.round(100 * filing_run.increase.increase[filing_run.increase.affected])
    edges = [-1, *range(10, 101, 10)]
    shares = 100 * np.histogram(-percent, bins=[-e for e in reversed(edges)])[0][::-1] / len(percent)
    for share, printed in zip(shares, published.increases("All").shares, strict=True):
        assert share < 1 if printed is None else round(share) == printed
