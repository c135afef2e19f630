"""Rate increases: how much each policy's premium rises, and what insureds do about it."""
