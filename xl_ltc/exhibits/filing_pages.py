"""Every page of the filing, from one run: what the workbook shows and the results files hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xl_ltc.exhibits.cash_flows import cash_flows_page
from xl_ltc.exhibits.checks import Check, Published, reconciliation_page
from xl_ltc.exhibits.engine_values import with_links
from xl_ltc.exhibits.exhibit_1 import exhibit_1
from xl_ltc.exhibits.exhibit_2 import exhibit_2
from xl_ltc.exhibits.exhibit_3 import comparison_in_numbers, comparison_in_words
from xl_ltc.exhibits.exhibit_a1 import exhibit_a1a, exhibit_a1b
from xl_ltc.exhibits.exhibit_a2 import exhibit_a2
from xl_ltc.exhibits.exhibit_a3 import exhibit_a3a, exhibit_a3b
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.marginals import marginals_page
from xl_ltc.exhibits.phase_in import phase_in
from xl_ltc.exhibits.section_02 import section_02
from xl_ltc.exhibits.section_06 import section_06
from xl_ltc.exhibits.section_12 import section_12
from xl_ltc.exhibits.section_15 import section_15
from xl_ltc.exhibits.section_16 import section_16
from xl_ltc.exhibits.section_18 import section_18
from xl_ltc.exhibits.section_19 import section_19
from xl_ltc.exhibits.section_21 import section_21
from xl_ltc.exhibits.section_22 import section_22
from xl_ltc.exhibits.table import Page, published_cells
from xl_ltc.experience.study import APPENDIX_B, EXHIBIT_3, LIFETIME_PAY, TEN_PAY


@dataclass(frozen=True)
class FilingPages:
    """The pages, in the order of the workbook.

    Attributes:
        exhibits: the exhibits of the filing.
        marginals, policy_sums, cash_flows, reconciliation: the pages that support them.
    """

    exhibits: tuple[Page, ...]
    marginals: Page
    policy_sums: Page
    cash_flows: Page
    reconciliation: Page

    @property
    def results(self) -> tuple[Page, ...]:
        """The exhibits that show more than what was put in."""
        return tuple(page for page in self.exhibits if not page.shows_inputs)

    @property
    def all(self) -> tuple[Page, ...]:
        """Every page."""
        return (*self.exhibits, self.marginals, self.policy_sums, self.cash_flows, self.reconciliation)


def filing_pages(run: FilingRun, checks: Sequence[Check], unchecked: tuple[Page, ...] | None = None) -> FilingPages:
    """Build every page.

    Args:
        run: what was computed.
        checks: the reconciliation to the published numbers; empty for a block that is not the filing's.
        unchecked: ``filing_exhibits`` of the run without checks, where they are at hand.
    """
    if unchecked is None:
        unchecked = filing_exhibits(run)
    checked = section_15(run, Published.of(checks))
    exhibits, policy_sums = with_links(tuple(checked if page.sheet == checked.sheet else page for page in unchecked))
    cells = published_cells(exhibits)
    return FilingPages(
        exhibits,
        marginals_page(checks, cells),
        policy_sums,
        cash_flows_page(run),
        reconciliation_page(checks, cells),
    )


def filing_exhibits(run: FilingRun) -> tuple[Page, ...]:
    """Build the exhibits of the filing, without the printed numbers that section 15 shows beside its own."""
    return (
        exhibit_1(run, "before"),
        exhibit_1(run, "after"),
        exhibit_2(run),
        section_02(run),
        section_06(run),
        section_12(run),
        section_15(run, Published.of(())),
        section_16(run),
        section_18(run),
        section_19(run),
        phase_in(run),
        section_21(run),
        section_22(run),
        *study_exhibits(run),
    )


def study_exhibits(run: FilingRun) -> tuple[Page, ...]:
    """Build the exhibits of experience and original pricing."""
    return (
        comparison_in_words(run, EXHIBIT_3),
        comparison_in_numbers(run, EXHIBIT_3),
        exhibit_a1a(run),
        exhibit_a1b(run),
        exhibit_a2(run, LIFETIME_PAY),
        exhibit_a2(run, TEN_PAY),
        exhibit_a3a(run),
        exhibit_a3b(run),
        comparison_in_words(run, APPENDIX_B),
        comparison_in_numbers(run, APPENDIX_B),
    )
