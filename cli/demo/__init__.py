"""The demo: a file becomes an endpoint, and everything on the way is shown.

``walkthrough`` runs it and yields ``events``, ``view`` and ``picture`` draw them. May import all of ``cli`` except
``main``. Start with ``run.py``.
"""
