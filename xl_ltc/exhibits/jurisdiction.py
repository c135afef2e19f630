"""Jurisdictions whose request differs from the nationwide one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Jurisdiction:
    """A state and its request.

    Attributes:
        code: as in the in-force file's column ``state``.
        name: in titles.
        cap: no policy's increase is more than this.
        source: where the cap comes from.
    """

    code: str
    name: str
    cap: float
    source: str


MARYLAND = Jurisdiction("MD", "Maryland", 0.15, "Section 2; COMAR 31.14.01.04(5): a single increase of at most 15%")
