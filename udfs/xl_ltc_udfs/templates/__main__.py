"""Write the workbooks that the project carries anew: ``python -m xl_ltc_udfs.templates FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from xl_ltc_udfs.templates.build import build

if __name__ == "__main__":
    for file in build(Path(sys.argv[1] if len(sys.argv) > 1 else "workbooks")):
        print(f"Written: {file}")
