"""Pure decisions: each function takes facts and returns a decision, and reads neither a clock nor the network.

It may import ``shared/core`` and ``shared/models``. Two modules read their own data files: ``prices.py`` and
``explain.py``. Start with ``preflight.py`` and ``hyperparameters.py``, which decide whether a job can be submitted.
"""
