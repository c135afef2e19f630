"""Which basis has which tables, and the bundled sets."""
