"""Personal data and secrets: found and replaced, never quoted.

It imports nothing else of ours. Start with ``kinds.py``.
"""
