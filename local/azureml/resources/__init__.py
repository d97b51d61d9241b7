"""The handlers, one module for each resource: a handler parses a request, makes one call, and builds the response.

May import everything below ``routes.py``. The first line of a handler's docstring is its row in the README. Start
with ``job.py``.
"""
