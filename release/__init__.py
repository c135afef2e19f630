"""What builds, locks and checks a release; never shipped. docs/supply_chain.md is its guide."""
