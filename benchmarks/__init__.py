"""Benchmarks of the calculation, and the plain implementations it is compared with."""
