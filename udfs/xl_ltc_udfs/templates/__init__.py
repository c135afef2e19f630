"""The workbooks an actuary starts from: the filing, an empty one, and the policy audit."""
