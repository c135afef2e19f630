"""Exhibits: one module each; results in, a table with its formulas out."""
