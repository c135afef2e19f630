"""Loss ratios: accumulation and discount, lifetime and cumulative ratios, the 58%/85% test."""
