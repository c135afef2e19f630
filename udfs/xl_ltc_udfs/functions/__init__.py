"""The LTC_* functions, a module a category; each calls ``xl_ltc`` and holds no calculation of its own.

What computes is imported where it is used, so that opening a workbook need not wait for it.
"""
