"""A run's record: how it changes, who may change it, who asks for its next advance, and its copy in blobs.

May import ``ports``, ``policy``, ``models`` and ``core``. Start with ``record.py``: it is pure.
"""
