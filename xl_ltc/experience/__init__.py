"""Experience: probabilities, ratios of actual to expected, derived lapse, credibility (Appendix A)."""
