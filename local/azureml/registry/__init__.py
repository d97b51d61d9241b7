"""What exists from the start: base models, the fine-tuning component, clusters and VM sizes (``data/*.json``).

May import ``core``. Start with ``catalog.py``.
"""
