"""The words that all other code uses: errors, app settings, names, states.

It imports nothing else of ours. Start with ``states.py``: it says what a run can be and what may follow.
"""
