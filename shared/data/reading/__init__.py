"""From bytes to lines, and from files of other kinds to chat rows.

May import ``contract``. Start with ``lines.py``.
"""
