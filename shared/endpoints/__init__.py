"""What a project's endpoint is meant to be, and how many jobs and endpoints there may be at once.

May import ``runs``, ``policy``, ``ports``, ``models`` and ``core``. Start with ``serving.py``.
"""
