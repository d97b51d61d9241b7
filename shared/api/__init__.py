"""The HTTP API: a FastAPI app behind the Functions host, and the only asynchronous code.

It may import everything in ``shared`` except ``shared/gateways``, which ``wiring`` hands to it; only ``functions``
imports it. Start with ``app.py``: each router beside it is one group of routes.
"""
