"""Ratios against a named peer, measured in the same run.

``python -m benchmarks`` writes results.json; with names it runs only those. Start with ``ratio.py``.
"""
