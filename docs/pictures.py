"""Makes docs/images from workbooks: ``python docs/pictures.py ltc_rate_filing.xlsx``.

A picture whose page a workbook does not have is left as it is. Several workbooks are given one by one, each with the
pictures to take from it: a demo for the exhibits, a workbook that was changed and run again and in which a policy was
traced for ``changes.png`` and ``policy_audit.png``, one in which an increase was solved for ``solve.png``, one with bad
inputs that was checked for ``input_checks.png``, that of an experience study for ``study_*.png``.

Needs LibreOffice (``soffice``) and poppler (``pdftoppm``, ``pdftotext``).
"""

from __future__ import annotations

import argparse
import struct
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

IMAGES = Path(__file__).parent / "images"
LARGEST = 120_000
"""Bytes."""

_DPI = 220
_FOOTER = 0.45
"""Inches from the foot of the page to the top of its footer."""
_MARGIN = 20
_SHADES = 32
"""Of each primary colour; a file of few colours is small."""
_WHITE, _DARK = 250, 128


@dataclass(frozen=True)
class Picture:
    """A page of the printed workbook.

    Attributes:
        file: its name in docs/images.
        title: the first line of the page.
        width: in pixels.
        top: how much of the page, from above.
    """

    file: str
    title: str
    width: int = 1000
    top: float = 1.0


PICTURES = (
    Picture("exhibit_2.png", "Exhibit II"),
    Picture("charts.png", "Charts"),
    Picture("control.png", "Control"),
    Picture("contents.png", "Long-Term Care Rate Filing", 900, 0.5),
    Picture("exhibit_a1b.png", "Exhibit A-1b"),
    Picture("policy_audit.png", "Policy audit", 800),
    Picture("changes.png", "Changes", 1000, 0.6),
    Picture("solve.png", "Solve", 900, 0.42),
    Picture("input_checks.png", "Input checks"),
    Picture("study_mortality.png", "Actual-to-Expected (A:E) Deaths"),
    Picture("study_charts.png", "Study charts", 1000, 0.94),
)


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description="Makes docs/images from a workbook.")
    parser.add_argument("workbook", type=Path)
    parser.add_argument("--only", nargs="+", metavar="FILE", help="pictures to make; all without it")
    options = parser.parse_args()
    workbook = options.workbook
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pdf = printed(workbook, folder)
        for picture in PICTURES if options.only is None else [p for p in PICTURES if p.file in options.only]:
            number = page_number(pdf, picture.title)
            if number is None:
                continue
            pixels = cropped(page(pdf, number, folder), picture)
            data = png(pixels)
            if len(data) > LARGEST:
                raise SystemExit(f"{picture.file}: {len(data):,} bytes, more than {LARGEST:,}")
            (IMAGES / picture.file).write_bytes(data)
            print(f"{IMAGES / picture.file}: {pixels.shape[1]} x {pixels.shape[0]} pixels, {len(data):,} bytes")


def printed(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice prints it, with a profile of its own."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / f"{workbook.stem}.pdf"


def page_number(pdf: Path, title: str) -> int | None:
    """The first page that begins with a title, if there is one that is more than a title."""
    for number, words in enumerate(_pages(pdf, "-layout"), start=1):
        first, _, rest = words.strip().partition("\n")
        if first.strip() == title and not rest.strip().startswith("Filled by"):
            return number
    # Upright words of a chart stand above its page's title; as drawn, the title follows the footer.
    for number, words in enumerate(_pages(pdf, "-raw"), start=1):
        lines = words.strip().splitlines()
        if len(lines) > 2 and lines[1] == title and not lines[2].startswith("Filled by"):
            return number
    return None


def _pages(pdf: Path, order: str) -> list[str]:
    """The text of each page, in an order that pdftotext knows."""
    found = subprocess.run(["pdftotext", order, str(pdf), "-"], check=True, capture_output=True, text=True)
    return found.stdout.split("\f")


def page(pdf: Path, number: int, folder: Path) -> np.ndarray:
    """A page's pixels, shape (height, width, 3)."""
    target = folder / f"page_{number}"
    options = ["-r", str(_DPI), "-f", str(number), "-l", str(number), "-singlefile"]
    subprocess.run(["pdftoppm", *options, str(pdf), str(target)], check=True)
    data = target.with_suffix(".ppm").read_bytes()
    header, size = data.split(b"\n", 3)[:3], data.split(b"\n", 3)[1]
    width, height = (int(part) for part in size.split())
    start = sum(len(line) + 1 for line in header)
    return np.frombuffer(data, np.uint8, width * height * 3, start).reshape(height, width, 3)


def cropped(pixels: np.ndarray, picture: Picture) -> np.ndarray:
    """The part that is not blank, without the footer, as wide as the picture."""
    body = pixels[: int(picture.top * (len(pixels) - _FOOTER * _DPI))]
    between_lines = np.flatnonzero((np.min(body, axis=2) >= _DARK).all(axis=1))
    body = body[: between_lines[-1]]
    ink = np.min(body, axis=2) < _WHITE
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    first, last = max(rows[0] - _MARGIN, 0), rows[-1] + _MARGIN
    left, right = max(columns[0] - _MARGIN, 0), columns[-1] + _MARGIN
    return scaled(body[first:last, left:right], picture.width)


def scaled(pixels: np.ndarray, width: int) -> np.ndarray:
    """Made narrower, each new pixel the mean of those it covers; never made wider."""
    factor = min(width / pixels.shape[1], 1.0)
    halfway = _averaged(pixels.astype(float), round(pixels.shape[0] * factor))
    across = _averaged(halfway.swapaxes(0, 1), round(pixels.shape[1] * factor)).swapaxes(0, 1)
    return np.clip(across + 0.5, 0.0, 255.0).astype(np.uint8)


def _averaged(pixels: np.ndarray, size: int) -> np.ndarray:
    """The mean over equal stretches of the first axis."""
    sums = np.concatenate([np.zeros((1, *pixels.shape[1:])), np.cumsum(pixels, axis=0)])
    edges = np.linspace(0.0, len(pixels), size + 1)
    whole = np.minimum(edges.astype(int), len(pixels) - 1)
    at = sums[whole] + (edges - whole)[:, None, None] * (sums[whole + 1] - sums[whole])
    return np.diff(at, axis=0) / np.diff(edges)[:, None, None]


def png(pixels: np.ndarray) -> bytes:
    """A file with a palette of the most frequent 256 colours; any other colour takes the nearest."""
    step = 255.0 / (_SHADES - 1)
    levels = np.round(pixels.reshape(-1, 3) / step).astype(np.int64)
    codes = levels @ np.array([_SHADES**2, _SHADES, 1])
    found, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    colours = np.stack([found // _SHADES**2, found // _SHADES % _SHADES, found % _SHADES], axis=1)
    palette = np.sort(np.argsort(-counts)[:256])
    distance = ((colours[:, None, :] - colours[palette][None, :, :]) ** 2).sum(axis=2)
    index = distance.argmin(axis=1)[inverse].astype(np.uint8).reshape(pixels.shape[:2])
    lines = np.concatenate([np.zeros((len(index), 1), np.uint8), index], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", index.shape[1], index.shape[0], 8, 3, 0, 0, 0)
    table = np.round(colours[palette] * step).astype(np.uint8).tobytes()
    chunks = ((b"IHDR", header), (b"PLTE", table), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()
