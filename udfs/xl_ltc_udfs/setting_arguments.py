"""Arguments that are a setting's value; what it may be and what it is when omitted stand once, in ``Settings``."""

from __future__ import annotations

import dataclasses

from xl_ltc.settings import Settings
from xl_ltc_udfs.registry import Argument, Shape

_FIELDS = {field.name: field for field in dataclasses.fields(Settings)}


def setting_argument(setting: str, name: str, help: str, shape: Shape = "one") -> Argument:
    """The optional argument ``name`` for a setting that is a number or one of some texts."""
    field = _FIELDS[setting]
    if field.metadata["allowed"]:
        return Argument(name, help, shape, "text", field.default, allowed=field.metadata["allowed"])
    low, high = field.metadata["low"], field.metadata["high"]
    return Argument(name, help, shape, "number", field.default, minimum=low, maximum=high)
