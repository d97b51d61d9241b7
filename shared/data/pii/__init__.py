"""Personal data and secrets: found and replaced, never quoted.

Imports no other package of the app. Start with ``kinds.py``.
"""
