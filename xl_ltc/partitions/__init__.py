"""Projecting in-force files part by part: larger than memory on one machine, or on a Dask cluster of many."""
