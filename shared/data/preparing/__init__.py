"""One pass over an upload: every line is processed, counted, and written to its split or to the rejected lines.

May import ``contract``, ``reading``, ``pii``, ``models`` and ``core``. Start with ``prepare.py``.
"""
