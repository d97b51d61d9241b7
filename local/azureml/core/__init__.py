"""What all packages of the stand-in share: the router, tokens, faults, the store, operations and their transitions.

It imports no other package of ``local.azureml``. Start with ``http.py``.
"""
