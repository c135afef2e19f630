"""``manifest.json``: canonical, sealed, and one message for one that is old, damaged or changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.exhibits.made_up import made_up_run
from tests.exhibits.runs import record
from xl_ltc.errors import InputError
from xl_ltc.exhibits.run_page import KEY, VALUE, manifest_of_table, manifest_table
from xl_ltc.exhibits.table import Table
from xl_ltc.workbook.actions.provenance.call import CALL, Call
from xl_ltc.workbook.actions.provenance.manifest_file import read_manifest, write_manifest

SEAL = "manifest_sha256"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A manifest of two inputs and two results, beside them."""
    (tmp_path / "deep" / "results").mkdir(parents=True)
    (tmp_path / "mine.xlsx").write_bytes(b"a workbook")
    (tmp_path / "policies.csv").write_bytes(b"policies")
    results = tmp_path / "deep" / "results"
    for name in ("b", "a"):
        (results / f"{name}.csv").write_text(name)
    call = Call.of(
        "run", {"workbook": tmp_path / "mine.xlsx", "inforce": tmp_path / "policies.csv", "sold": None}, {"names": None}
    )
    files = [results / "b.csv", results / "a.csv"]
    return write_manifest(results / "manifest.json", record(made_up_run()), call.entry(results), files)


def test_it_names_every_file_by_its_hash(written: Path) -> None:
    entries = json.loads(written.read_text())
    workbook, policies = entries["call"]["inputs"]
    assert workbook == {
        "option": "workbook",
        "file": "mine.xlsx",
        "path": "../../mine.xlsx",
        "bytes": 10,
        "sha256": hashlib.sha256(b"a workbook").hexdigest(),
    }
    assert (policies["option"], policies["sha256"]) == ("inforce", hashlib.sha256(b"policies").hexdigest())
    assert entries["call"]["options"] == {}
    assert [(e["file"], e["sha256"]) for e in entries["files"]] == [
        (f"{name}.csv", hashlib.sha256(name.encode()).hexdigest()) for name in ("a", "b")
    ]
    assert {"xl_ltc", "python", "libraries", "machine", "settings", "inforce", "results"} <= set(entries)
    assert str(written.parent) not in written.read_text()


def test_a_far_file_is_named_without_the_folders_to_it(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "policies.csv").write_text("policies")
    call = Call.of("run", {"inforce": tmp_path / "secret" / "policies.csv"})
    [near] = call.entry(tmp_path / "a" / "b")["inputs"]
    [far] = call.entry(tmp_path / "a" / "b" / "c")["inputs"]
    assert near["path"] == "../../secret/policies.csv"
    assert (far["file"], far["path"]) == ("policies.csv", "")


def test_a_file_given_twice_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "mine.xlsx").write_text("both")
    call = Call.of("run", {"workbook": tmp_path / "mine.xlsx", "inforce": tmp_path / "mine.xlsx"})
    assert call.entry(tmp_path)["inputs"][1] == {"option": "inforce", "same_as": "workbook"}


def test_the_same_run_gives_the_same_manifest(written: Path) -> None:
    before = written.read_bytes()
    entries = json.loads(before)
    call, files = entries["call"], [written.parent / "a.csv", written.parent / "b.csv"]
    write_manifest(written, record(made_up_run()), call, files)
    assert written.read_bytes() == before


def test_it_reads_back(written: Path) -> None:
    manifest = read_manifest(written)
    assert manifest.record == json.loads(written.read_text())
    assert manifest.call["action"] == "run" and not manifest.in_workbook


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_manifest(path)
    [problem] = error.value.problems
    assert str(path) in str(problem)
    return str(problem)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: e["results"].update(lifetime_loss_ratio_after=1.0), "it was changed after the run wrote it"),
        (lambda e: e["settings"].update(rbo_basis="literal"), "it was changed after the run wrote it"),
        (lambda e: e.pop(SEAL), "it was changed after the run wrote it"),
        (lambda e: e.pop(CALL), "does not say what was run"),
        (lambda e: e.update(format=2), "format 2; allowed: format 1"),
    ],
)
def test_a_manifest_changed_since_is_refused(written: Path, change: Any, words: str) -> None:
    entries = json.loads(written.read_text())
    change(entries)
    written.write_text(json.dumps(entries))
    assert words in refusal(written)


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.update(files=[{"file": "../../mine.xlsx", "bytes": 1, "sha256": ""}]),
        lambda e: e.update(files=[{"file": "/etc/hosts", "bytes": 1, "sha256": ""}]),
        lambda e: e.update(files=7),
        lambda e: e.update(results=[]),
        lambda e: e.update(call=[]),
        lambda e: e["call"].update(options={"partitions": "many"}),
        lambda e: e["call"].update(options={"names": [1]}),
        lambda e: e["call"].update(inputs=[{"option": "workbook"}]),
        lambda e: e["call"]["inputs"][0].update(bytes=float("inf")),
        lambda e: e["call"]["inputs"][0].update(bytes="ten"),
    ],
)
def test_entries_of_another_kind_are_refused_whatever_the_seal_says(written: Path, change: Any) -> None:
    entries = json.loads(written.read_text())
    change(entries)
    unsealed = {key: value for key, value in entries.items() if key != SEAL}
    text = json.dumps(unsealed, sort_keys=True, separators=(",", ":"))
    written.write_text(json.dumps({**unsealed, SEAL: hashlib.sha256(text.encode()).hexdigest()}))
    assert "entries that are none of a run's" in refusal(written)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\ufeff{}", "\x00"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text, encoding="utf-8")
    assert "JSON" in refusal(path)
    path.write_bytes(b"\xff\xfe\x00")
    assert "no JSON" in refusal(path)
    path.unlink()
    assert "no such file" in refusal(path)


def test_the_table_on_the_sheet_run_reads_back() -> None:
    entries = record(made_up_run()) | {CALL: {"action": "run", "options": {}, "inputs": [{"option": "workbook"}]}}
    table: Table = manifest_table(entries)
    frame = pd.DataFrame([[r.cells["name"].value, r.cells["value"].value] for r in table.rows], columns=[KEY, VALUE])
    found = manifest_of_table(frame)
    assert found[CALL] == {"action": "run", "inputs": [{"option": "workbook"}]}
    for name in ("settings", "results", "inforce", "libraries", "warnings", "assumptions_sha256"):
        assert found[name] == entries[name]
    assert manifest_of_table(pd.DataFrame({"other": [1]})) == {}
