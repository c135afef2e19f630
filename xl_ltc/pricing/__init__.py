"""Why an increase is needed: experience beside what pricing expected, and what each assumption's change did to it."""
