"""received → prepared: read the upload, judge it, write its splits and its receipt.

``sources`` says what is read, ``verdict`` what becomes of the upload, ``commit`` writes it. Start with ``step.py``.
"""
