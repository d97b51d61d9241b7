"""The receipt, as data and as Markdown: what a data owner reads about one version of one upload.

May import ``contract``, ``reading``, ``models`` and ``core``. Start with ``receipt.py``.
"""
