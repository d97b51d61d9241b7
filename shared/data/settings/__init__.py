"""Reads a project's ``tunedrop.yaml``. Each mistake is reported with its line and what to write instead.

May import ``models`` and ``core``. Start with ``reader.py``.
"""
