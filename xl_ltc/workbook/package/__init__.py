"""The zip package of a workbook: reading it with care, and putting rendered sheets into a user's."""

from xl_ltc.workbook.package.graft import GraftReport, graft
from xl_ltc.workbook.package.opc import Package

__all__ = ["GraftReport", "Package", "graft"]
