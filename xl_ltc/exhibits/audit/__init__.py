"""The policy audit: a policy's projection recomputed by worksheet formulas beside the engine's values."""

from xl_ltc.exhibits.audit.pages import audit_pages
from xl_ltc.exhibits.audit.sample import sample_policies

__all__ = ["audit_pages", "sample_policies"]
