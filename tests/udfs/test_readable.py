"""Which files a call may read once that is limited, and that nothing is told of the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xl_ltc_udfs import readable
from xl_ltc_udfs.file_version import file_version
from xl_ltc_udfs.problems import Unavailable


@pytest.fixture(autouse=True)
def no_limits_after() -> Iterator[None]:
    yield
    readable.read_only_in(None)


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A folder that is named; its neighbours are not."""
    for name in ("named/below/f.csv", "named/g.csv", "named too/f.csv", "secret/f.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    readable.read_only_in([tmp_path / "named"])
    return tmp_path / "named"


def found(text: str | Path) -> str:
    """What the file holds that a cell names, or why there is none."""
    try:
        return file_version("policies", str(text)).path.read_text()
    except Unavailable as error:
        return str(error)


def test_files_of_a_named_folder_and_below_it_are_read(inside: Path) -> None:
    assert found(inside / "g.csv") == "named/g.csv"
    assert found(f" {inside}/below/../below/./f.csv ") == "named/below/f.csv"


def test_a_name_counts_from_the_named_folders_in_their_order(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(inside.parent / "secret")
    assert found("g.csv") == "named/g.csv"
    assert found("f.csv") == "policies: no file f.csv; give its whole path"
    readable.read_only_in([inside / "below", inside, inside.parent / "named too"])
    assert [found(name) for name in ("f.csv", "g.csv")] == ["named/below/f.csv", "named/g.csv"]


@pytest.mark.parametrize(
    "text",
    [
        "{0}/secret/f.csv",
        "{0}/secret/none.csv",
        "{0}/named too/f.csv",
        "{0}/named/../secret/f.csv",
        "{0}/named/../secret/none.csv",
        "../secret/f.csv",
        "../secret/none.csv",
        "/etc/passwd",
        "/proc/self/environ",
        "//server/share/f.csv",
        "link/f.csv",
        "link/none.csv",
        "{0}/named/link/f.csv",
        "to a file.csv",
        "to nothing.csv",
        "below/../link/../secret/f.csv",
    ],
)
def test_what_lies_outside_is_neither_read_nor_told_of(inside: Path, text: str) -> None:
    secret = inside.parent / "secret"
    (inside / "link").symlink_to(secret)
    (inside / "to a file.csv").symlink_to(secret / "f.csv")
    (inside / "to nothing.csv").symlink_to(secret / "none.csv")
    (inside / "secret").mkdir()  # where the last of the paths leads by its words; there is no file
    name = text.format(inside.parent)
    outside = f"policies: {name} is in no folder from which this server reads files; "
    allowed = [outside + "whoever starts it names them: xl-ltc serve --files FOLDER"]
    if text.startswith("below"):
        allowed = [f"policies: no file {name}; give its whole path"]
    assert found(name) in allowed


@pytest.mark.parametrize("text", ["/etc/passwd", "{0}/secret/f.csv", "{0}/named/../secret/f.csv", "//server/share/f"])
def test_of_a_path_that_leads_out_nothing_is_looked_at(
    inside: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[Any] = []
    with monkeypatch.context() as patch:
        for module, name in ((os, "stat"), (os, "lstat"), (os.path, "realpath")):
            patch.setattr(module, name, lambda path, *_, **__: looked_at.append(path) or path)
        found = readable.places(text.format(inside.parent))
    assert (found, looked_at) == ([], [])


def test_a_link_that_stays_inside_is_followed(inside: Path) -> None:
    (inside / "link.csv").symlink_to(inside / "below" / "f.csv")
    assert found("link.csv") == "named/below/f.csv"


def test_a_folder_may_be_named_by_a_link_to_it(inside: Path) -> None:
    alias = inside.parent / "alias"
    alias.symlink_to(inside)
    readable.read_only_in([alias])
    assert found(alias / "g.csv") == found(inside / "g.csv") == found("g.csv") == "named/g.csv"


@pytest.mark.parametrize("text", ["a\0b", "{0}/a\0b", "\ud800", "x" * 5_000, "loop", ".", "", "below"])
def test_what_no_file_is_called(inside: Path, text: str) -> None:
    (inside / "loop").symlink_to(inside / "loop")
    with pytest.raises(Unavailable):
        file_version("policies", text.format(inside))


def test_no_folder_is_no_file(inside: Path) -> None:
    readable.read_only_in([])
    for name in ("g.csv", inside / "g.csv", "/etc/passwd"):
        assert "is in no folder from which this server reads files" in found(name)
    limit = readable.limit()
    assert limit is not None and not limit(inside / "g.csv")


def test_the_users_own_process_reads_any_file(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readable.read_only_in(None)
    assert readable.limit() is None
    monkeypatch.chdir(inside.parent)
    assert found("secret/f.csv") == found(inside.parent / "secret" / "f.csv") == "secret/f.csv"
