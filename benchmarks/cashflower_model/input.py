"""The policies of the model, one row each."""

from cashflower import ModelPointSet  # type: ignore[import-untyped]

from benchmarks import cashflower_engine

policy = ModelPointSet(data=cashflower_engine.current["policies"])
