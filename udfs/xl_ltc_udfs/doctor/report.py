"""All that the doctor looks at, in the order of its report."""

from __future__ import annotations

from pathlib import Path

from xl_ltc_udfs.doctor import installation
from xl_ltc_udfs.doctor.finding import Finding


def examined(path: Path | None = None) -> list[Finding]:
    """The report's parts.

    Args:
        path: of a workbook whose settings are to be told; the defaults without it.
    """
    versions, packages = installation.versions(), installation.packages()
    if packages.problems:
        return [versions, packages]  # the rest may not even be importable
    from xl_ltc_udfs.doctor import selftest, spreadsheets, workbook

    tested = selftest.self_test()
    compiled, folder = selftest.kernels()
    return [
        versions,
        packages,
        spreadsheets.hosts(),
        installation.folders(folder),
        compiled,
        *workbook.settings(path),
        tested,
    ]
