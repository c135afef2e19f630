"""The function reference, made from the registry: a workbook with a live example of each function, and Markdown."""
