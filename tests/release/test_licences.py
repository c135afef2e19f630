"""Only licences that were chosen pass."""

from __future__ import annotations

import pytest

from release import licences


@pytest.mark.parametrize("licence", ["MIT", "BSD-3-Clause AND 0BSD AND Zlib", "Apache-2.0 WITH LLVM-exception"])
def test_permissive_licences_pass(licence: str) -> None:
    assert licences.unwelcome({"some": licence}) == []


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-or-later", "MIT AND LGPL-2.1", "UNKNOWN", "GNU Lesser General Public License v3 (LGPLv3)"]
)
def test_others_do_not(licence: str) -> None:
    assert len(licences.unwelcome({"some": licence})) == 1


def test_what_a_person_read_holds_for_that_package_only() -> None:
    assert licences.unwelcome({"pymort": licences.NONE_STATED}) == []
    assert len(licences.unwelcome({"other": licences.NONE_STATED})) == 1
    assert len(licences.unwelcome({"tabmat": "GPL-3.0-only"})) == 1


def test_the_page_names_each_package_once() -> None:
    page = licences.page({"b": "MIT", "a": "BSD"}, {"b": "Windows only"}, {"m": "LGPL"})
    assert page.index("| a | BSD |  |") < page.index("| b | MIT | Windows only |") < page.index("| m | LGPL |")
