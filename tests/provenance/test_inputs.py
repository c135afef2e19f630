"""Finding a run's input files: by hash wherever they are, never by the name alone."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from xl_ltc.errors import InputError
from xl_ltc.workbook.actions.provenance.call import Call, file_entry
from xl_ltc.workbook.actions.provenance.inputs import AS_WRITTEN, CHANGED, ITSELF, SAME, find_inputs
from xl_ltc.workbook.actions.provenance.manifest_file import Manifest


@pytest.fixture
def filing(tmp_path: Path) -> Path:
    """A workbook and policies, a folder for the manifest below."""
    folder = tmp_path / "filing"
    (folder / "out").mkdir(parents=True)
    (folder / "mine.xlsx").write_text("workbook before")
    (folder / "policies.csv").write_text("policies")
    return folder


def recorded(filing: Path, **more: Any) -> Manifest:
    files = {"workbook": filing / "mine.xlsx", "inforce": filing / "policies.csv"}
    entry = Call.of("run", files).entry(filing / "out")
    return Manifest(filing / "out" / "manifest.json", {"call": entry, **more}, False)


def states(manifest: Manifest, given: Path | None = None) -> dict[str, tuple[str, str]]:
    return {i.option: (i.path.name, i.state) for i in find_inputs(manifest, given)}


def test_where_they_were(filing: Path) -> None:
    assert states(recorded(filing)) == {"workbook": ("mine.xlsx", SAME), "inforce": ("policies.csv", SAME)}


def test_under_another_name_beside_the_manifest(filing: Path) -> None:
    manifest = recorded(filing)
    (filing / "policies.csv").rename(filing / "out" / "policies of 2016.csv")
    assert states(manifest)["inforce"] == ("policies of 2016.csv", SAME)


def test_in_a_folder_that_is_given(filing: Path, tmp_path: Path) -> None:
    manifest = recorded(filing)
    archive = tmp_path / "archive"
    archive.mkdir()
    for name in ("mine.xlsx", "policies.csv"):
        shutil.move(filing / name, archive / f"2016 {name}")
    with pytest.raises(InputError) as error:
        find_inputs(manifest, None)
    digests = [hashlib.sha256(text).hexdigest() for text in (b"workbook before", b"policies")]
    assert [p.place for p in error.value.problems] == ["workbook mine.xlsx", "inforce policies.csv"]
    assert all(digest in p.allowed for digest, p in zip(digests, error.value.problems, strict=True))
    assert states(manifest, archive) == {"workbook": ("2016 mine.xlsx", SAME), "inforce": ("2016 policies.csv", SAME)}


def test_policies_of_the_name_but_another_hash_are_refused(filing: Path) -> None:
    manifest = recorded(filing)
    (filing / "policies.csv").write_text("POLICIES")  # as long as before
    with pytest.raises(InputError, match=r"inforce policies\.csv: found .*policies\.csv, of SHA-256 "):
        find_inputs(manifest, None)


def test_a_workbook_that_was_written_into(filing: Path) -> None:
    manifest = recorded(filing)
    (filing / "mine.xlsx").write_text("workbook after the run")
    assert states(manifest)["workbook"] == ("mine.xlsx", CHANGED)
    written = {**manifest.record, "workbook": file_entry(filing / "mine.xlsx", filing / "out")}
    assert states(Manifest(manifest.path, written, False))["workbook"] == ("mine.xlsx", AS_WRITTEN)


def test_a_record_in_a_workbook_is_of_that_workbook(filing: Path) -> None:
    manifest = Manifest(filing / "mine.xlsx", recorded(filing).record, True)
    (filing / "mine.xlsx").write_text("workbook after the run")
    (filing / "elsewhere").mkdir()
    assert states(manifest, filing)["workbook"] == ("mine.xlsx", ITSELF)


def test_a_file_is_no_folder_to_look_in(filing: Path) -> None:
    with pytest.raises(InputError, match="--inputs"):
        find_inputs(recorded(filing), filing / "policies.csv")
