"""Sensitivities: assumptions scaled or shifted, one at a time, in scenarios saved by name, and in grids."""
