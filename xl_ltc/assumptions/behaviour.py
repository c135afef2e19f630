"""Parameters of insured behaviour at a rate increase (section 6e, Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

from xl_ltc.assumptions.table_set import TableSet


@dataclass(frozen=True)
class Behaviour:
    """Parameters of the election and selection functions in ``xl_ltc.rate_increase.behaviour``.

    Attributes:
        cbul_slope: contingent-benefit election per unit of rounded increase.
        cbul_threshold: increases up to and including this cause no election.
        cbul_rounding: increases are rounded to a multiple of this before the election rate is taken.
        rbo_multiple: reduced-benefit election as a multiple of the contingent-benefit election.
        cbul_morbidity_relief, rbo_morbidity_relief: how much lower the electors' morbidity is.
    """

    cbul_slope: float
    cbul_threshold: float
    cbul_rounding: float
    rbo_multiple: float
    cbul_morbidity_relief: float
    rbo_morbidity_relief: float

    @classmethod
    def from_tables(cls, tables: TableSet) -> Behaviour:
        """Build from the behaviour table."""
        return cls(**tables.parameters("behaviour"))
