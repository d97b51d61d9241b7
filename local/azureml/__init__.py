"""A stand-in for Azure Machine Learning's REST API, on loopback: see README.md.

core ← registry, storage ← training, hosting ← services ← resources (handlers) ← routes ← server

``runner`` (training steps) and ``serving`` (model servers) run in processes of their own, in ``.venv-ml``, and import
nothing of the other packages. Start with ``routes.py``.
"""
