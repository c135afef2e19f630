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


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (b'<cols><col min="3" max="3" width="9" hidden="1"/></cols>', "1 hidden column is"),
        (b'<cols><col width="9" hidden="true" max="16384" min="19"/></cols>', "2 hidden columns are"),
        (b'<cols><col min="1" max="1" hidden="1"/><col min="3" max="4" hidden="0"/></cols>', ""),
        (b'<cols><col min="4" max="5" hidden="1"/><col min="7" max="7" hidden="1"/></cols>', "3 hidden columns are"),
    ],
)
def test_hidden_columns_are_data_and_the_user_is_told(
    columns: bytes, words: str, good: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hidden.xlsx"
    path.write_bytes(good.swap(good.sheet("S inforce"), rb"<sheetData>", columns + b"<sheetData>").packed())
    assert main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "8 policies can be run" in said
    assert (f"Note: {words} read as data in table inforce on sheet S inforce" in said) == bool(words)
    assert ("hidden" in said) == bool(words)


@pytest.mark.parametrize("state", [b"hidden", b"veryHidden"])
def test_a_hidden_sheet_is_read_and_the_user_is_told(
    state: bytes, good: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hidden.xlsx"
    hidden = good
    for name in (b"S settings", b"S inforce"):
        hidden = hidden.swap(
            "xl/workbook.xml", b'<sheet name="%b"' % name, b'<sheet name="%b" state="%b"' % (name, state)
        )
    hidden = hidden.swap(hidden.sheet("S inforce"), rb'<row r="5"', b'<row r="5" hidden="1"')
    path.write_bytes(hidden.packed())
    assert main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "Note: table settings on hidden sheet S settings is read as data" in said
    assert "Note: 1 hidden row is read as data in table inforce on hidden sheet S inforce" in said
    assert said.count("hidden sheet") == 2
