"""What each state does next: read, cause one idempotent effect under a deterministic name, return an outcome.

A module for each step, named for what it does; ``common`` holds what several steps need. Steps may import
``uploads``, ``endpoints``, ``runs``, ``data``, ``policy``, ``ports``, ``models`` and ``core``; they never write a run's
record. Start with ``common/outcome.py``, then follow ``STEPS`` in ``engine/advance.py``.
"""
