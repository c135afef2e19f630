"""xl_ltc: long-term-care rate filings, projected policy by policy and rendered in Excel."""

__version__ = "0.1.0"
