"""Online endpoints and deployments, and one model server process for each deployment.

May import ``core``, ``registry`` and ``storage``. Start with ``endpoints.py``.
"""
