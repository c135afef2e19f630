"""What a spreadsheet sees of xl_ltc: one registry of worksheet functions, one value boundary, one folder a host."""
