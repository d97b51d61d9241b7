"""Commands for data on this machine: check, prepare, convert, import and drop it.

May import ``shared``. Start with ``commands.py``.
"""
