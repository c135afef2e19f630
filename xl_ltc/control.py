"""What the Control sheet asks for beside the settings: where the policies are, and what the buttons are to do.

None of it changes how a projection is computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from xl_ltc.choices import choice

ILLUSTRATIVE, TABLE = "illustrative", "table"
"""The bundled illustrative block; the Excel table ``inforce`` of the workbook itself."""

UNIFORM, CAP = "uniform_increase", "rate_increase_cap"
SOLVE_FOR = UNIFORM, CAP
LIFETIME, MARGIN, ACTUAL_TO_EXPECTED = "lifetime_loss_ratio", "test_58_85_margin", "actual_to_expected"
SOLVE_MEASURES = LIFETIME, MARGIN, ACTUAL_TO_EXPECTED
TOGETHER, EACH_SERIES = "all", "series"
"""One increase for all series together; one for each series by itself. The third choice is a series' name."""
YES, NO = "yes", "no"
SOLVE_BEHAVIOUR = YES, NO
RECONSTRUCTED = "reconstructed"
"""Policies sold as those in force imply them."""


@dataclass(frozen=True)
class Control:
    """Entries of the Control sheet; immutable."""

    inforce: str = choice(
        ILLUSTRATIVE,
        "Where the policies in force are",
        "Your choice",
        words=f"{ILLUSTRATIVE} (the bundled block), {TABLE} (the Excel table inforce of this workbook), or a file "
        "(.parquet, .csv, .xlsx, .xlsm), its path from this workbook's folder on",
    )
    policies_sold: str = choice(
        RECONSTRUCTED,
        "Where the policies sold are, from which expected experience is projected",
        "Section 16",
        words=f"{RECONSTRUCTED} (each policy in force stands for one over its persistency), {TABLE} (the Excel table "
        "policies_sold of this workbook), or a file (.parquet, .csv, .xlsx, .xlsm), its path from this workbook's "
        "folder on",
    )
    assumption_set: str = choice(
        "current",
        "The assumption set that is projected; with any, interest stays that of Exhibits I and II, section 15 and A:E",
        "Exhibit III; section 18",
        words="current, original pricing, or another set of the table assumption_sets",
    )
    attribution_from: str = choice(
        "original pricing",
        "Section 18 begins with this set",
        "Section 18",
        words="a set of the table assumption_sets",
    )
    attribution_to: str = choice(
        "current",
        "Section 18 ends with this set",
        "Section 18",
        words="a set of the table assumption_sets",
    )
    attribution_steps: str = choice(
        "interest, lapse, mortality, morbidity, improvement",
        "The assumptions that section 18 swaps, in order; lapse is voluntary lapse with benefit expiry",
        "Section 18",
        words="interest, lapse, mortality, morbidity, improvement in any order, some of them left out if you like",
    )
    scenario: str = choice("", "A name for what you are trying; it goes into footnotes and the run log", "Your choice")
    results_folder: str = choice(
        "",
        "Where the results go as CSV files as well",
        "Your choice",
        words="a folder, its path from this workbook's folder on; blank for none",
    )
    trace_policy: str = choice(
        "",
        "The policy that Trace policy shows year by year on the sheet Policy audit",
        "Your choice",
        words="a policy_id of the policies in force; blank for the first one",
    )
    solve_for: str = choice(
        UNIFORM,
        "What Solve increase looks for: one increase for everybody affected, or the cap on the increases",
        "Section 18",
        allowed=SOLVE_FOR,
    )
    solve_measure: str = choice(
        LIFETIME,
        "What is to reach the target: the lifetime loss ratio after the increase; item 7 over item 5 of the 58%/85% "
        "test, less one; or the loss ratio of section 16 after the increase over the expected one",
        "Sections 15, 16 and 18",
        allowed=SOLVE_MEASURES,
    )
    solve_by: str = choice(
        TOGETHER,
        "Whether Solve increase looks for one answer for all series, one for each series from its own policies and "
        "history, or that of one series",
        "Section 16",
        words=f"{TOGETHER}, {EACH_SERIES}, or the name of one series",
    )
    solve_target: float = choice(
        1.0,
        "The target: 1 is a loss ratio of 100%, or one as expected; 0 is a test that is just passed",
        "Your choice",
        low=-math.inf,
    )
    solve_behaviour: str = choice(
        YES,
        "Whether insureds lapse, reduce benefits and select against the insurer, or nobody does",
        "Section 6e; section 18, footnote 2",
        allowed=SOLVE_BEHAVIOUR,
    )


@dataclass(frozen=True)
class StudyControl:
    """What a study's workbook asks for beside the choices of the study; immutable."""

    policies: str = choice(
        ILLUSTRATIVE,
        "Where the policy histories, or cells added up elsewhere, are",
        "Your choice",
        words=f"{ILLUSTRATIVE} (drawn from the filing's assumptions), {TABLE} (the Excel table policy_history or "
        "experience_cells of this workbook), or a file (.parquet, .csv, .xlsx, .xlsm), its path from this workbook's "
        "folder on",
    )
    claims: str = choice(
        TABLE,
        "Where the claims of the policy histories are",
        "Your choice",
        words=f"{TABLE} (the Excel table claim_history of this workbook, or of the file with the histories), or a file",
    )
    study_name: str = choice("", "A name for the study; it goes into footnotes", "Your choice")
    results_folder: str = choice(
        "",
        "Where the results go as CSV files as well",
        "Your choice",
        words="a folder, its path from this workbook's folder on; blank for none",
    )
    filing_workbook: str = choice(
        "",
        "The filing workbook into which Carry to filing puts fitted factors and experience",
        "Your choice",
        words="a workbook (.xlsx, .xlsm), its path from this workbook's folder on",
    )
    carry: str = choice(
        "factors and experience",
        "What is carried there: fitted factors (Exhibits A-1a, A-3a), experience (A-1b, A-2, A-3b), proposed lapse",
        "Your choice",
        allowed=("factors and experience", "factors", "experience", "factors with experience and lapse"),
    )
