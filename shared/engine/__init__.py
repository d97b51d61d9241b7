"""The engine moves one run as far as it goes now. Every event, timer and decision ends here.

May import ``steps`` and everything below. Start with ``advance.py``: ``STEPS`` says which step each state runs.
"""
