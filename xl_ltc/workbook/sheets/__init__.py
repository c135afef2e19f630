"""The sheets of a filing workbook, one module a kind."""
