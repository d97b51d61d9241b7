"""The handlers, one module for each resource: a handler parses a request, makes one call, and builds the response.

A handler raises an ApiError for an error response; the first line of its docstring is its row in the README. May
import ``services`` and all packages that it is built of. Start with ``job.py``.
"""
