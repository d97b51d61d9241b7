"""received → prepared: read the upload, judge it, write its splits and its receipt.

Start with ``step.py``.
"""
