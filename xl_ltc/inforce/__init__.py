"""The in-force file: its columns, reading, checking and control totals."""
