"""The illustrative block: a deterministic in-force file that honours every published marginal of the filing.

No policy data is published. What the filing leaves open is set by named parameters (``parameters.csv``), each with
its reason; ``calibrate`` fits the few free ones to Exhibit I-a and to nothing else.
"""
