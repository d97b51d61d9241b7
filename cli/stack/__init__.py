"""The local stack as a person uses it: start it, and read what its stand-ins of Azure have logged.

May import ``cli.runs``, ``cli.setup``, ``local`` and ``shared``. Start with ``up.py``.
"""
