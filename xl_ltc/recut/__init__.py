"""The results of a run kept policy by policy, and recut by any of the policies' columns without running again."""
