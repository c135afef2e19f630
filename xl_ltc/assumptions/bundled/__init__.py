"""Bundled assumption tables of the filing, one CSV each."""
