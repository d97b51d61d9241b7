"""From an upload to its run: events, folder uploads, versions of one file, and the files that are written for it.

May import ``runs``, ``data``, ``ports``, ``models`` and ``core``. Start with ``intake.py``.
"""
