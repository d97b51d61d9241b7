"""From bytes to lines, and from other kinds of file to chat rows.

May import ``contract``. Start with ``lines.py``.
"""
