"""What several steps need: outcomes, how long to wait, tags, and how a failure is explained.

May import what steps may import, but no step. Start with ``outcome.py``: it is what every step returns.
"""
