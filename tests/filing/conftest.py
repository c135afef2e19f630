"""Fixtures of the tests against the published numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xl_ltc.filing import PrintedTable, loader

Alter = Callable[..., None]


@pytest.fixture
def alter(monkeypatch: pytest.MonkeyPatch) -> Alter:
    """``alter(table, column, text, *key)``: for this test the filing prints something else in a cell."""
    read = loader.read
    changed: dict[str, PrintedTable] = {}

    def change(name: str, column: str, text: str, *key: str) -> None:
        table = changed.get(name, read(name))
        frame = table.text.copy()
        rows = (
            [table.rows[key]] if table.key else frame.index[(frame[list(frame)[: len(key)]] == list(key)).all(axis=1)]
        )
        assert (frame.loc[rows, column] != text).all()
        frame.loc[rows, column] = text
        changed[name] = PrintedTable(frame, table.key)

    monkeypatch.setattr(loader, "read", lambda name: changed.get(name) or read(name))
    return change
