"""The measured tables in RESULTS.md and README.md: each between two markers, so that the prose around them stays."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS, README = ROOT / "benchmarks" / "RESULTS.md", ROOT / "README.md"


def markers(name: str) -> tuple[str, str]:
    """The lines before and after the text called ``name``."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def between(page: str, name: str) -> str:
    """The text between the markers of ``name``.

    Raises:
        ValueError: the page has not both markers, in order, once.
    """
    begin, end = markers(name)
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"the page needs the lines {begin} and {end} once each, in this order")
    return page.split(begin)[1].split(end)[0].strip("\n")


def replaced(page: str, name: str, text: str) -> str:
    """The page with ``text`` between the markers of ``name``, all else as it was."""
    begin, end = markers(name)
    between(page, name)
    return f"{page.split(begin)[0]}{begin}\n{text}\n{end}{page.split(end)[1]}"


def write(name: str, text: str, *paths: Path) -> None:
    """Write ``text`` into each page; none is written unless all have the markers."""
    pages = [(path, replaced(path.read_text(encoding="utf-8"), name, text)) for path in paths]
    for path, page in pages:
        path.write_text(page, encoding="utf-8")
