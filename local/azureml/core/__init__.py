"""What every part of the stand-in uses: requests and answers, identity, faults, the store, long-running operations.

It imports no other part of ``local.azureml``. Start with ``http.py``.
"""
