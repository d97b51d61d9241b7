"""The data contract and everything that reads rows, settings and receipts. The app and the command run the same code.

May import ``models`` and ``core``. Start with ``contract`` for what a line must be, then ``preparing/prepare.py`` for
what happens to an upload; ``receipt`` reports it to the owner.
"""
