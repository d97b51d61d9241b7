"""The data contract, and everything that reads rows, settings and receipts. The app and the CLI run the same code.

May import ``models`` and ``core``; performs no I/O against Azure. Start with ``preparing/prepare.py``.
"""
