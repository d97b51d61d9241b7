"""Pipeline jobs: checked, run step by step in child processes, resumed after a kill, and written into run history.

May import ``core``, ``registry`` and ``storage``. Start with ``training.py``.
"""
