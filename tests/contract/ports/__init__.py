"""The contract of ``shared/ports.py``: the gateways, and the doubles that stand in for them, pass the same tests.

Start with ``conftest.py``, which makes both, and ``worlds.py``, which adds what Azure ML's tests need.
"""
