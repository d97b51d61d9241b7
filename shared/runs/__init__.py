"""A run's record: how it changes, how it is written, who may change it, who asks for its next advance, and its backup.

May import ``ports``, ``models`` and ``core``. Start with ``record.py``, which is pure, then ``store.py``.
"""
