"""Files appear whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from xl_ltc.files import written_whole


def test_the_file_is_there_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "results.csv"
    with written_whole(target) as part:
        part.write_text("new")
        assert not target.exists()
        assert part.parent == tmp_path
        assert part.suffix == ".csv"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "results.csv"
    target.write_text("old")
    with pytest.raises(RuntimeError), written_whole(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_permissions_are_the_old_files_or_any_new_ones(tmp_path: Path) -> None:
    kept, new, plain = tmp_path / "kept", tmp_path / "new", tmp_path / "plain"
    kept.write_text("old")
    kept.chmod(0o640)
    before = os.umask(0o027)
    try:
        for target in (kept, new):
            with written_whole(target) as part:
                part.write_text("x")
        plain.write_text("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert new.stat().st_mode == plain.stat().st_mode


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder") as raised, written_whole(tmp_path / "none" / "a.csv"):
        pass
    assert raised.value.filename == str(tmp_path / "none")
