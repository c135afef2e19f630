"""What a run was asked for, on which files, and whether it gives the same again."""
