"""Commands for data on this machine: check, prepare, convert, import and drop it.

May import ``cli.runs`` (to find the app to drop to) and ``shared``. Start with ``commands.py``.
"""
