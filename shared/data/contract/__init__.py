"""The data contract: what one line must look like, why a line is rejected, and which repairs would make it usable.

May import ``models`` and ``core``. Start with ``validation.py``.
"""
