"""The engine: it moves one run as far as it goes now. All events and timers end here.

May import everything below it: ``steps``, ``uploads``, ``endpoints``, ``runs``. Start with ``advance.py``.
"""
