"""Factors on a benchmark by a penalized generalized linear model (Appendix A, Predictive Analytics)."""
