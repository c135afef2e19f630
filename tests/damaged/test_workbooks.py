"""Every damaged workbook of the corpus ends in one message, or gives what the good one gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.damaged.filing import Parts, limited, workbook
from tests.damaged.workbooks import DAMAGES, Damage
from tests.small_filing import files_in
from xl_ltc.cli import INPUT_UNUSABLE, main

_QUICK = [damage for damage in DAMAGES if not damage.bomb]
_BOMBS = [damage for damage in DAMAGES if damage.bomb]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return Parts.of(workbook(tmp_path_factory.mktemp("good") / "good.xlsx"))


def _name(damage: Damage) -> str:
    return damage.name


def _assert_said(damage: Damage, code: int, said: str) -> None:
    assert "Traceback" not in said and "an error of xl_ltc itself" not in said
    if damage.words:
        assert code != 0 and all(words in said for words in damage.words), said
        assert "; allowed: " in said
    else:
        assert code == 0 and "No problem found; 8 policies can be run." in said, said


@pytest.mark.parametrize("damage", _QUICK, ids=_name)
def test_a_damaged_workbook_is_told(
    damage: Damage, good: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(damage.make(good))
    before = files_in(tmp_path)
    code = main(["check", str(path)])
    printed = capsys.readouterr()
    _assert_said(damage, code, printed.out + printed.err)
    if damage.words:
        assert main(["run", str(path), "--out", str(tmp_path / "out.xlsx")]) == INPUT_UNUSABLE
        assert "nothing was written" in capsys.readouterr().err
    assert files_in(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize("damage", _BOMBS, ids=_name)
def test_a_bomb_takes_bounded_time_and_memory(damage: Damage, good: Parts, tmp_path: Path) -> None:
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(damage.make(good))
    done = limited("check", path)
    _assert_said(damage, done.returncode, done.stdout + done.stderr)
    assert done.returncode >= 0, done.stderr


def test_hidden_rows_are_data_and_the_user_is_told(
    good: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hidden.xlsx"
    path.write_bytes(good.swap(good.sheet("S inforce"), rb'<row r="(5|6)"', rb'<row r="\1" hidden="1"').packed())
    assert main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "8 policies can be run" in said
    assert "Note: 1 hidden row is read as data in table inforce on sheet S inforce" in said
