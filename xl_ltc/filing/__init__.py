"""The filing's printed numbers that are not assumption tables, as package data; each stands once."""

from xl_ltc.filing.loader import Printed, PrintedTable, contents, printed, table

__all__ = ["Printed", "PrintedTable", "contents", "printed", "table"]
