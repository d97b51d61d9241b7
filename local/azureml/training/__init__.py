"""Pipeline jobs: checked, run step by step in child processes, resumed after a kill, and kept in the run history.

May import ``core``, ``registry`` and ``storage``. Start with ``jobs.py``.
"""
