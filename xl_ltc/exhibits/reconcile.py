"""The reconciliation: every number the filing prints beside what this product computes."""

from __future__ import annotations

from collections.abc import Iterator

from xl_ltc import filing
from xl_ltc.assumptions.assumption_set import AssumptionSet, bundled
from xl_ltc.exhibits.filing_pages import filing_exhibits
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.reconciliation.appendix_a import morbidity_checks, mortality_checks
from xl_ltc.exhibits.reconciliation.check import Check, as_records, summary
from xl_ltc.exhibits.reconciliation.exhibit_1 import exhibit_1_checks
from xl_ltc.exhibits.reconciliation.exhibit_2 import exhibit_2_checks
from xl_ltc.exhibits.reconciliation.lapse import lapse_checks
from xl_ltc.exhibits.reconciliation.model import model_checks
from xl_ltc.exhibits.reconciliation.not_yet import not_yet_checks
from xl_ltc.exhibits.reconciliation.report import failed, report
from xl_ltc.exhibits.reconciliation.sections import section_checks
from xl_ltc.exhibits.table import Page

__all__ = ["Check", "as_records", "failed", "from_printed", "reconcile", "report", "stands_for_the_filing", "summary"]


def reconcile(run: FilingRun | None = None, exhibits: tuple[Page, ...] | None = None) -> list[Check]:
    """Check the published numbers.

    Args:
        run: a run of a block that stands for the filing's; None for the numbers that need none.
        exhibits: ``filing_exhibits`` of the run, where they are at hand.

    Returns:
        The numbers that follow from others the filing prints (classes E1, E2, E3), computed on the filing's own
        assumptions whatever the run's; with a run, those it computes (class M, the ones that no part of the product
        computes yet last), and inputs and numbers of class E as the run shows them (class R). A number has at most
        one check of class R beside its own; keys are those of the list of published values.
    """
    checks = list(from_printed(bundled()))
    if run is not None:
        checks += [*model_checks(run, filing_exhibits(run) if exhibits is None else exhibits), *not_yet_checks()]
    return checks


def stands_for_the_filing(run: FilingRun) -> bool:
    """Whether a run can be compared with the published numbers: it has the filing's series and historical years."""
    published_series = set(filing.table("s22_insureds")["series"].astype(str)) - {"Total"}
    years = filing.table("exhibit_1a")["years"].astype(str)
    return set(run.series) == published_series and str(int(run.history["calendar_year"].min())) == years.iloc[0]


def from_printed(assumptions: AssumptionSet) -> Iterator[Check]:
    """Classes E1, E2 and E3, in the order of the filing.

    Args:
        assumptions: the filing's, for behaviour, lapse and settings.
    """
    yield from section_checks(assumptions)
    yield from exhibit_1_checks(assumptions)
    yield from exhibit_2_checks(assumptions)
    yield from mortality_checks()
    yield from lapse_checks(assumptions)
    yield from morbidity_checks()
