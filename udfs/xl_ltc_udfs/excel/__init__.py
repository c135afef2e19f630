"""Microsoft Excel for Windows: xlwings' COM server, VBA functions that call it, and the add-in that carries them.

Only the BSD part of xlwings is used. ``functions`` runs in the Python process that Excel starts; ``vba``, ``project``
and ``addin`` make the add-in; ``install`` puts it where Excel finds it.
"""
