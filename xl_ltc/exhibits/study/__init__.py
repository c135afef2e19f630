"""The sheets of an experience study: results in, tables with their formulas out."""
