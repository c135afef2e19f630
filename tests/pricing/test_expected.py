"""Expected experience: the level of the pricing claim costs is a quotient, and nothing else is fitted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.specs import BASES, DURATIONS, EXPECTED
from xl_ltc.errors import InputError
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.experience.study import bundled_study, nothing_given
from xl_ltc.pricing.analysis import PricingBasisOfRun
from xl_ltc.pricing.attribution import as_expected
from xl_ltc.pricing.expected import Expected, expected_experience
from xl_ltc.pricing.sets import ORIGINAL, AssumptionSets
from xl_ltc.pricing.sold import Sold
from xl_ltc.projection.project import project_since_issue

SERIES = ("200", "300", "400", "500", "511")
# Section 16, column Expected; Exhibit III, original interest.
TARGET = (0.54, 0.56, 0.54, 0.58, 0.69)


def with_rows(sets: AssumptionSets, change: Callable[[pd.DataFrame], pd.DataFrame]) -> AssumptionSets:
    """The sets with another table of expected loss ratios."""
    frames = {**sets.frames, EXPECTED: change(sets.frames[EXPECTED].copy())}
    return dataclasses.replace(sets, frames=frames)


def with_cells(sets: AssumptionSets, column: str, values: Mapping[str, float]) -> AssumptionSets:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        for basis, value in values.items():
            frame.loc[frame["basis"] == basis, column] = value
        return frame

    return with_rows(sets, change)


def valued(sold: Sold, sets: AssumptionSets, series: str) -> tuple[float, float]:
    """Lifetime premium and claims of a series' sales on its own pricing, discounted here by hand."""
    own = (sold.block.frame["series"] == series).to_numpy()
    flows = project_since_issue(sold.block.select(own), sets.projection(sets.mix(ORIGINAL)), sold.count[own])
    interest = bundled_study()["pricing_interest"].set_index("basis")["original_pricing"][series]
    factor = (1.0 + interest) ** (2016.5 - flows.years)
    return tuple(float(flows.total(m, "before") @ factor) for m in ("earned_premium", "incurred_claims"))  # type: ignore[return-value]


def test_the_level_is_the_quotient_that_gives_the_expected_loss_ratio(
    sold: Sold, sets: AssumptionSets, expected: Expected
) -> None:
    at_one = sets.with_levels(dict.fromkeys(SERIES, 1.0))
    for i, series in enumerate(SERIES):
        premium, claims = valued(sold, at_one, series)
        assert expected.premium[i] == pytest.approx(premium, rel=1e-12)
        assert expected.claims[i] == pytest.approx(claims, rel=1e-12)
        assert expected.level[i] == pytest.approx(TARGET[i] * premium / claims, rel=1e-12)
    np.testing.assert_allclose(expected.loss_ratio, TARGET, rtol=1e-14)
    assert not expected.given.any()


def test_projected_at_its_level_a_series_has_its_expected_loss_ratio(sold: Sold, levelled: AssumptionSets) -> None:
    """The model evaluated again, not the quotient."""
    for target, series in zip(TARGET, SERIES, strict=True):
        premium, claims = valued(sold, levelled, series)
        assert claims / premium == pytest.approx(target, rel=1e-12)


def test_the_ratio_of_all_series_is_that_of_their_sums(expected: Expected) -> None:
    ratio = (np.array(TARGET) @ expected.premium) / expected.premium.sum()
    assert expected.loss_ratio_of_all == pytest.approx(ratio, rel=1e-14)


def test_how_many_policies_each_one_stands_for_matters_only_in_proportion(
    sold: Sold, sets: AssumptionSets, expected: Expected
) -> None:
    more = expected_experience(dataclasses.replace(sold, count=7.0 * sold.count), sets)[0]
    np.testing.assert_allclose(more.level, expected.level, rtol=1e-12)
    np.testing.assert_allclose(more.premium, 7.0 * expected.premium, rtol=1e-12)
    assert more.loss_ratio_of_all == pytest.approx(expected.loss_ratio_of_all, rel=1e-12)
    uneven = expected_experience(dataclasses.replace(sold, count=sold.count**2), sets)[0]
    assert (abs(uneven.level / expected.level - 1.0) > 1e-6).all()


def test_a_dividend_margin_is_part_of_the_expected_ratio_and_of_no_claim_cost(
    sold: Sold, sets: AssumptionSets, expected: Expected
) -> None:
    """Section 16: an adjustment for the 500 and 511 series; section 18, footnote 3: part of no other row."""
    found, levels = expected_experience(sold, with_cells(sets, "dividend_margin", {"500": 0.03, "511": 0.05}))
    np.testing.assert_allclose(found.loss_ratio, TARGET, rtol=1e-14)
    np.testing.assert_allclose(found.level / expected.level, [1, 1, 1, 0.55 / 0.58, 0.64 / 0.69], rtol=1e-12)
    np.testing.assert_allclose(found.with_margin, np.array(TARGET) * found.premium, rtol=1e-12)
    np.testing.assert_array_equal(as_expected(found).claims, found.with_margin)
    premium, claims = valued(sold, levels, "511")
    assert claims / premium == pytest.approx(0.64, rel=1e-12)


def test_a_claim_level_that_is_given_goes_before_the_expected_ratio(
    sold: Sold, sets: AssumptionSets, expected: Expected
) -> None:
    given = with_cells(with_cells(sets, "claim_level", {"400": 0.9}), "dividend_margin", {"400": 0.02})
    found, levels = expected_experience(sold, given)
    assert found.given.tolist() == [False, False, True, False, False]
    assert found.level[2] == levels.levels["400"] == 0.9
    assert found.loss_ratio[2] == pytest.approx(0.9 * expected.claims[2] / expected.premium[2] + 0.02, rel=1e-12)
    others = [0, 1, 3, 4]
    np.testing.assert_allclose(found.level[others], expected.level[others], rtol=1e-14)


def test_with_a_claim_level_no_ratio_need_be_given(sold: Sold, sets: AssumptionSets) -> None:
    nan = dict.fromkeys(SERIES, np.nan)
    given = with_cells(with_cells(sets, "expected_lifetime_loss_ratio", nan), "claim_level", dict.fromkeys(SERIES, 1.0))
    found = expected_experience(sold, given)[0]
    np.testing.assert_allclose(found.loss_ratio, found.claims / found.premium, rtol=1e-14)


def test_a_level_of_a_basis_that_no_series_has_is_kept(sold: Sold, sets: AssumptionSets) -> None:
    row = {"basis": "513", "dividend_margin": 0.0, "claim_level": 0.8}
    given = with_rows(sets, lambda f: pd.concat([f, pd.DataFrame([row])], ignore_index=True))
    assert expected_experience(sold, given)[1].levels["513"] == 0.8


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f[f["basis"] != "400"], "found no row for basis 400; allowed: a row for each rate series"),
        (lambda f: f.iloc[:0], "found no row for basis 200, 300, 400, 500, 511; allowed: a row for each rate series"),
        (
            lambda f: f.assign(
                expected_lifetime_loss_ratio=f["expected_lifetime_loss_ratio"].where(~f["basis"].isin(["300", "500"]))
            ),
            "found neither an expected lifetime loss ratio nor a claim level of basis 300, 500; allowed: one of the",
        ),
        (
            lambda f: f.assign(dividend_margin=f["dividend_margin"].where(f["basis"] != "500", 0.6)),
            r"found basis 500: dividend margin 60\.00%, expected loss ratio 58\.00%; "
            "allowed: a dividend margin below the expected loss ratio",
        ),
    ],
    ids=["no row", "no rows at all", "neither", "margin"],
)
def test_what_is_wrong_with_the_table_is_told(
    change: Callable[[pd.DataFrame], pd.DataFrame], said: str, sold: Sold, sets: AssumptionSets
) -> None:
    with pytest.raises(InputError, match=f"table pricing_expected: {said}"):
        expected_experience(sold, with_rows(sets, change))


def test_a_series_of_which_nothing_was_sold_has_no_expected_ratio_and_takes_none_from_the_others(
    sold: Sold, sets: AssumptionSets, expected: Expected
) -> None:
    others = (sold.block.frame["series"] != "300").to_numpy()
    found, levels = expected_experience(Sold(sold.block.select(others), sold.count[others], ""), sets)
    assert np.isnan(found.level[1]) and np.isnan(found.loss_ratio[1]) and "300" not in levels.levels
    kept = [0, 2, 3, 4]
    np.testing.assert_allclose(found.level[kept], expected.level[kept], rtol=1e-12)
    ratio = expected.with_margin[kept].sum() / expected.premium[kept].sum()
    assert found.loss_ratio_of_all == pytest.approx(ratio, rel=1e-12)
    start = as_expected(found)
    assert (start.premium[1], start.claims[1]) == (0.0, 0.0)


def test_nothing_sold_at_all_has_no_ratio(sold: Sold, sets: AssumptionSets) -> None:
    none = Sold(sold.block, np.zeros(len(sold.block)), "")
    found = expected_experience(none, sets)[0]
    assert np.isnan(found.loss_ratio_of_all) and np.isnan(found.loss_ratio).all()


# The filing's own


def test_the_filings_expected_ratio_of_all_series_follows(filing_run: FilingRun) -> None:
    """Section 16 prints 57% for all series beside 54, 56, 54, 58 and 69; nothing was fitted to it."""
    assert filing_run.pricing is not None and filing_run.pricing.expected is not None
    found = filing_run.pricing.expected
    np.testing.assert_allclose(found.loss_ratio, TARGET, rtol=1e-12)
    assert f"{found.loss_ratio_of_all:.0%}" == "57%"
    assert ((found.level > 0.2) & (found.level < 5.0)).all()


def test_the_filings_attribution_starts_there(filing_run: FilingRun) -> None:
    assert filing_run.attribution is not None and filing_run.pricing is not None
    expected = filing_run.pricing.expected
    assert expected is not None
    lines = filing_run.attribution.lines
    assert lines[0].loss_ratio() == pytest.approx(expected.loss_ratio_of_all, rel=1e-14)
    # Section 18: actual experience is worse than expected, and ends where section 16 has it before the increase.
    assert lines[-1].loss_ratio() == pytest.approx(
        filing_run.priced_experience.lifetime_loss_ratio("before"), rel=1e-10
    )
    for i, series in enumerate(SERIES):
        actual = filing_run.priced_experience.where(series=series).lifetime_loss_ratio("before")
        assert lines[-1].loss_ratio(i) == pytest.approx(actual, rel=1e-10)
        # Section 18's last paragraph: more than 1.10, 1.13 and 1.14 times the expected ratio.
        assert actual / TARGET[i] > {"500": 1.13, "511": 1.14}.get(series, 1.10)
    assert abs(filing_run.attribution.residual()) < 1e-12


# What a run knows of it


def quiet(_: str) -> None:
    """No progress."""


def test_without_the_policies_sold_a_run_says_why(sets: AssumptionSets) -> None:
    found = PricingBasisOfRun.of(sets, "The policies sold are lost.", quiet)
    assert (found.expected, found.sold, found.missing) == (None, None, "The policies sold are lost.")


def test_without_the_policies_sold_levels_that_are_given_are_known_all_the_same(sets: AssumptionSets) -> None:
    """The set original pricing may be projected with them; the message that asks for a claim_level must be true."""
    given = with_cells(sets, "claim_level", dict.fromkeys(SERIES, 0.9))
    found = PricingBasisOfRun.of(given, "The policies sold are lost.", quiet)
    assert found.sets.projection(found.sets.mix(ORIGINAL)).claim_costs.members[0].level == 0.9  # type: ignore[attr-defined]


def test_a_set_that_needs_a_level_says_why_there_is_none(sets: AssumptionSets) -> None:
    found = PricingBasisOfRun.of(sets, "The policies sold are lost.", quiet)
    said = r"morbidity: found no level of the pricing claim costs \(The policies sold are lost\); allowed: a claim_l"
    with pytest.raises(InputError, match=said):
        found.sets.projection(found.sets.mix(ORIGINAL))


def test_without_tables_of_original_pricing_a_run_says_so(assumptions: AssumptionSet, sold: Sold) -> None:
    found = PricingBasisOfRun.of(AssumptionSets(assumptions, nothing_given()), sold, quiet)
    assert found.expected is None and found.missing == f"Nothing is given in {BASES}."


def test_with_a_table_missing_a_run_says_which(sets: AssumptionSets, sold: Sold) -> None:
    frames = {**sets.frames, DURATIONS: sets.frames[DURATIONS].iloc[:0]}
    found = PricingBasisOfRun.of(dataclasses.replace(sets, frames=frames), sold, quiet)
    assert found.expected is None and found.sold is sold
    assert found.missing == (
        "Original pricing can't be projected: basis 200, table pricing_morbidity: "
        "found no rows; allowed: the table that basis 200 names."
    )
