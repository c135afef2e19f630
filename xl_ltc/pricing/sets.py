"""Assumption sets: current, original and 513 Series pricing, and what a user mixes from them (section 18)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_ltc.assumptions.assumption_set import AssumptionSet
from xl_ltc.assumptions.pricing.bases import Frames, PricingBasis, build_basis
from xl_ltc.assumptions.pricing.claim_costs import PricingClaimCosts
from xl_ltc.assumptions.pricing.specs import ALL_SERIES, ASSUMPTIONS, CURRENT, EXPECTED, OWN, SETS
from xl_ltc.errors import InputError, one_of
from xl_ltc.inforce.block import Block
from xl_ltc.projection.basis import BySeries, ClaimCosts, ProjectionBasis

ORIGINAL = "original pricing"
"""The set in which every series has its own pricing."""

Choice = Mapping[str, str]
"""A basis, or ``current``, by assumption."""


Rates = tuple[tuple[str, ...], ...]
"""Of each series, the bases of all that its cash flows depend on."""


@dataclass(frozen=True)
class Mix:
    """A set with its bases: what it chooses for each series, in the order of the series' codes."""

    name: str
    choices: tuple[Choice, ...]

    def with_assumption(self, assumption: str, other: Mix) -> Mix:
        """This set with one assumption of another's."""
        swapped = zip(self.choices, other.choices, strict=True)
        return Mix(self.name, tuple({**own, assumption: theirs[assumption]} for own, theirs in swapped))

    @property
    def decrements_and_claims(self) -> Rates:
        """What a projection depends on: all but interest."""
        return tuple(tuple(c[a] for a in ASSUMPTIONS if a != "interest") for c in self.choices)


@dataclass(frozen=True)
class AssumptionSets:
    """The current assumptions, the priced bases, and how sets are mixed from them.

    Attributes:
        assumptions: the current ones.
        frames: the tables of original pricing, typed.
        levels: of the pricing claim costs by basis, as far as they are known; unknown: why others are not, in words.
        others: whole assumption sets by name, such as those of an earlier filing, that a set may name too.
    """

    assumptions: AssumptionSet
    frames: Frames
    levels: Mapping[str, float] = dataclasses.field(default_factory=dict)
    unknown: str = ""
    others: Mapping[str, AssumptionSet] = dataclasses.field(default_factory=dict)

    @property
    def series(self) -> tuple[str, ...]:
        """The rate series in code order."""
        return self.assumptions.vocabulary("series")

    @property
    def names(self) -> tuple[str, ...]:
        """The sets, in the order of their table."""
        return (*dict.fromkeys([CURRENT, ORIGINAL, *self.frames[SETS].get("set", [])]),)

    @cached_property
    def _built(self) -> dict[str, PricingBasis]:
        return {}

    def basis(self, name: str) -> PricingBasis:
        """A priced basis.

        Raises:
            InputError: there is none, or a table it needs lacks rows.
        """
        if name not in self._built:
            self._built[name] = build_basis(name, self.frames, self.assumptions)
        return self._built[name]

    @cached_property
    def _mixes(self) -> dict[str, Mix]:
        return {}

    def mix(self, name: str) -> Mix:
        """A set by its name.

        Raises:
            InputError: no such set, a series without a row, a row of no series, a basis that can't be used; by name.
        """
        if name not in self._mixes:
            self._mixes[name] = self._mixed(name)
        return self._mixes[name]

    def _mixed(self, name: str) -> Mix:
        if name in self.others:
            return Mix(name, (dict.fromkeys(ASSUMPTIONS, name),) * len(self.series))
        frame = self.frames[SETS]
        own = frame[frame["set"] == name] if len(frame) else frame
        unknown = [str(series) for series in own.get("series", []) if series not in (*self.series, ALL_SERIES)]
        if unknown:
            allowed = one_of((*self.series, ALL_SERIES))
            raise InputError.single(f"assumption set {name}", f"a row for series {', '.join(unknown)}", allowed)
        if len(own):
            _check_meaning(name, own)
            choices = tuple(self._choice(name, own, series) for series in self.series)
        elif name == CURRENT:
            choices = (dict.fromkeys(ASSUMPTIONS, CURRENT),) * len(self.series)
        elif name == ORIGINAL:
            choices = tuple(dict.fromkeys(ASSUMPTIONS, series) for series in self.series)
        else:
            raise InputError.single("assumption set", repr(name), f"{one_of(self.names)} (table {SETS})")
        for basis in dict.fromkeys(value for choice in choices for value in choice.values()):
            if basis != CURRENT and basis not in self.others:
                try:
                    self.basis(basis)
                except InputError as error:
                    raise InputError(
                        [dataclasses.replace(p, place=f"assumption set {name}, {p.place}") for p in error.problems]
                    ) from None
        return Mix(name, choices)

    def _choice(self, name: str, own: pd.DataFrame, series: str) -> Choice:
        rows = {str(row["series"]): row for row in own.to_dict("records")}
        row = rows.get(series, rows.get(ALL_SERIES))
        if row is None:
            raise InputError.single(
                f"assumption set {name}", f"no row for series {series}", f"a row for it or for {ALL_SERIES}"
            )
        return {a: series if row[a] == OWN else str(row[a]) for a in ASSUMPTIONS}

    def projection(self, mix: Mix, block: Block | None = None) -> ProjectionBasis:
        """What a set's projection stands on.

        Args:
            mix: the set.
            block: what is projected; a series that no policy of it has needs no level. None for any policies.

        Raises:
            InputError: pricing claim costs of a basis without a level.
        """
        current = self.assumptions
        codes = range(len(self.series)) if block is None else np.unique(block.codes("series"))
        present = {self.series[code] for code in codes}

        def by_series(assumption: str, part: str) -> BySeries:
            return BySeries.of(getattr(self._source(choice[assumption]), part) for choice in mix.choices)

        return ProjectionBasis(
            settings=current.settings,
            premium=current.premium,
            growth=current.morbidity.growth,
            valuation_interest=current.valuation_interest,
            mortality=by_series("mortality", "mortality"),
            improvement=by_series("improvement", "improvement"),
            lapse=by_series("lapse", "lapse"),
            benefit_expiry=by_series("lapse", "benefit_expiry"),
            claim_costs=BySeries.of(
                self._claim_costs(mix, choice["morbidity"], series in present)
                for series, choice in zip(self.series, mix.choices, strict=True)
            ),
        )

    def without_level(self, mix: Mix) -> tuple[str, ...]:
        """The priced bases whose claim costs a set has, and whose level is not known."""
        names = dict.fromkeys(choice["morbidity"] for choice in mix.choices)
        return tuple(n for n in names if isinstance(self._source(n), PricingBasis) and n not in self.levels)

    def check_levels(self, mix: Mix) -> None:
        """Whether a level of each of a set's pricing claim costs can be found at all; nothing is projected.

        Raises:
            InputError: a basis with neither a claim level nor sales of its own to calibrate one to.
        """
        frame = self.frames[EXPECTED]
        given = set(frame.loc[frame["claim_level"].notna(), "basis"]) if len(frame) else set()
        calibrated = set(frame.loc[frame["expected_lifetime_loss_ratio"].notna(), "basis"]) if len(frame) else set()
        for name in self.without_level(mix):
            if name not in given | (calibrated & set(self.series)):
                raise self._no_level(mix, name)

    def _no_level(self, mix: Mix, name: str) -> InputError:
        place = f"assumption set {mix.name}, basis {name}, morbidity"
        allowed = f"a claim_level, or an expected lifetime loss ratio and sales of it, in table {EXPECTED}"
        why = f" ({self.unknown.removesuffix('.')})" if self.unknown else ""
        return InputError.single(place, f"no level of the pricing claim costs{why}", allowed)

    def _source(self, name: str) -> AssumptionSet | PricingBasis:
        """Whose assumptions a cell of a set names."""
        if name == CURRENT:
            return self.assumptions
        return self.others[name] if name in self.others else self.basis(name)

    @cached_property
    def _levelled(self) -> dict[str, PricingClaimCosts]:
        return {}

    def _claim_costs(self, mix: Mix, name: str, needed: bool) -> ClaimCosts:
        """Claim costs of a source; those of pricing at their level, one object a basis."""
        source = self._source(name)
        if not isinstance(source, PricingBasis):
            return source.morbidity
        if name not in self.levels:
            if not needed:
                return source.claim_costs
            raise self._no_level(mix, name)
        if name not in self._levelled:
            self._levelled[name] = dataclasses.replace(source.claim_costs, level=self.levels[name])
        return self._levelled[name]

    def rates(self, mix: Mix, groups: pd.DataFrame) -> np.ndarray:
        """Interest of each group of cash flows, on the basis the original pricing used (section 16).

        Args:
            mix: the set; a series with current interest has its earned rate, or the maximum valuation rate.
            groups: columns ``series`` and ``valuation_rate``.
        """
        source = {s: self._source(c["interest"]) for s, c in zip(self.series, mix.choices, strict=True)}
        current = {
            id(of): of.pricing_interest.rates(groups["series"], groups["valuation_rate"])
            for of in source.values()
            if isinstance(of, AssumptionSet)
        }
        return np.array(
            [
                of.interest if isinstance(of, PricingBasis) else current[id(of)][i]
                for i, of in enumerate(source[series] for series in groups["series"])
            ]
        )

    def rates_of(self, mix: Mix, block: Block) -> np.ndarray:
        """Interest of each policy, as ``rates``; shape (policies,)."""
        valuation = self.assumptions.valuation_interest.rate(block.issue_year)
        rates, codes = np.unique(np.stack([block.codes("series"), valuation], axis=1), axis=0, return_inverse=True)
        series = [self.series[int(code)] for code in rates[:, 0]]
        groups = pd.DataFrame({"series": series, "valuation_rate": rates[:, 1]})
        return self.rates(mix, groups)[codes.reshape(-1)]

    def with_levels(self, levels: Mapping[str, float], unknown: str = "") -> AssumptionSets:
        """The same with levels of the pricing claim costs, and why others are not known."""
        levelled = dataclasses.replace(self, levels=levels, unknown=unknown)
        # The bases are the same, and so is what is mixed from them: the level is no part of either.
        vars(levelled).update(_built=self._built, _mixes=self._mixes)
        return levelled


def _check_meaning(name: str, own: pd.DataFrame) -> None:
    """Raises InputError where rows give the current assumptions, or the original pricing, another meaning."""
    for fixed, value in ((CURRENT, CURRENT), (ORIGINAL, OWN)):
        for row in own.to_dict("records") if name == fixed else ():
            for assumption in ASSUMPTIONS:
                if row[assumption] != value:
                    place = f"assumption set {name}, series {row['series']} (table {SETS})"
                    allowed = f"{value} in every cell of this set; what you mix has a name of its own"
                    raise InputError.single(place, f"{assumption} = {row[assumption]}", allowed)
