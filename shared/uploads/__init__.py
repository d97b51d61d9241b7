"""From an upload to its run: upload events, folder uploads, versions of one file, and the files written for a run.

May import ``runs``, ``data``, ``ports``, ``models`` and ``core``. Start with ``intake.py``.
"""
