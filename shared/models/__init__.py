"""One model for each noun. What the API, the command, stored JSON and the JSON Schemas show are views of these.

May import ``core``. Start with ``run.py``; ``changes.py`` has the typed changes that steps return.
"""
