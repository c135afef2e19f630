"""Assumptions: one module each, gathered in an ``AssumptionSet``."""
