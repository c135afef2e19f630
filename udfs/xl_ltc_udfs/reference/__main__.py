"""Builds what the project carries of the reference: ``python -m xl_ltc_udfs.reference REPOSITORY``."""

from __future__ import annotations

import sys
from pathlib import Path

from xl_ltc_udfs.reference.build import build

if __name__ == "__main__":
    for file in build(Path(sys.argv[1])):
        print(file)
