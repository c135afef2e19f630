"""LibreOffice with the add-in, started once for these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.udfs.calc_office import Office


@pytest.fixture(scope="session")
def office(remembered_run: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Calc with the add-in; it reads the remembered run."""
    with Office(tmp_path_factory.mktemp("office")) as running:
        yield running
