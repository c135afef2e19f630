"""Footnotes that say on which settings an exhibit stands."""

from __future__ import annotations

from xl_ltc.assumptions.pricing.specs import CURRENT
from xl_ltc.exhibits.filing_run import FilingRun
from xl_ltc.exhibits.table import Cell, live, text
from xl_ltc.settings import Settings

LIVE_SETTINGS = (
    "cash_flow_timing",
    "average_increase_weight",
    "initial_premium_factor",
    "increase_premium_factor",
    "moderately_adverse_margin",
)
"""Settings that act in the workbook's own formulas; a change of any other takes effect with the next run."""


def spreadsheet_number(value: float) -> str:
    """A number as a spreadsheet joins it to text."""
    return f"{value:.15g}"


def valuation_notes(run: FilingRun) -> tuple[Cell, ...]:
    """What accumulated and present values stand on; live."""
    settings, rates = run.assumptions.settings, run.cash_flows.groups["valuation_rate"]
    low, high = (spreadsheet_number(round(100 * r, 2)) for r in (float(rates.min()), float(rates.max())))
    year = settings.valuation_date.year
    timing = spreadsheet_number(settings.cash_flow_timing)
    return (
        live(
            '="All accumulated or present values use the maximum valuation interest rate for contract reserves '
            'applicable for the year of issue, which ranges from "&ROUND(100*MIN(cf_rate),2)&"% to "'
            '&ROUND(100*MAX(cf_rate),2)&"%."',
            "All accumulated or present values use the maximum valuation interest rate for contract reserves "
            f"applicable for the year of issue, which ranges from {low}% to {high}%.",
        ),
        live(
            '="Values are at December 31, "&YEAR(valuation_date)&"; a cash flow is valued at "&cash_flow_timing'
            '&" of its calendar year (0 begin, 0.5 middle, 1 end)."',
            f"Values are at December 31, {year}; a cash flow is valued at {timing} of its calendar year "
            "(0 begin, 0.5 middle, 1 end).",
        ),
        *(
            (text(f"Projected on the assumption set {run.request.projected}."),)
            if run.request.projected != CURRENT
            else ()
        ),
        *((text(run.caution),) if run.caution else ()),
        *((text(f"Scenario: {run.scenario}."),) if run.scenario else ()),
    )


def increase_note(settings: Settings) -> Cell:
    """The settings the projection after the increase was run with."""
    return _increase_note(settings, f"at most {settings.rate_increase_cap:.0%}, {_rounding(settings)}")


def solved_increase_note(settings: Settings, uniform: bool) -> Cell:
    """The same where the increase was solved for, the same for everybody or towards the new-business level."""
    return _increase_note(
        settings,
        "the same for everybody affected"
        if uniform
        else f"to the new-business level under the cap found, {_rounding(settings)}",
    )


def _increase_note(settings: Settings, extent: str) -> Cell:
    return text(
        f"Run with: increase effective on each policy's {settings.increase_effective_year} anniversary, {extent}; RBO "
        f"basis {_words(settings.rbo_basis)}; behaviour rounding {_words(settings.behaviour_rounding_tie)}."
    )


def _rounding(settings: Settings) -> str:
    return f"rounded to {settings.increase_rounding:.15g}" if settings.increase_rounding else "not rounded"


def projection_note(settings: Settings) -> Cell:
    """The settings of the projection itself."""
    return text(
        f"Run with: {settings.projection_years} calendar years projected; age {_words(settings.age_basis)}; at the end "
        f"of the mortality table {_words(settings.end_of_mortality_table)}; average lives "
        f"{_words(settings.average_lives)}, time step {_words(settings.time_step)}; benefit expiry between printed "
        f"ages {_words(settings.benefit_expiry_between_ages)}; lapse of pay-to-65 policies by "
        f"{_words(settings.paid_up_at_65_lapse)}."
    )


def _words(choice: str) -> str:
    """A setting's choice in words."""
    return choice.replace("_", " ")
