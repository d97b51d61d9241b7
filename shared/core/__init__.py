"""The words that all other code uses: errors, app settings, names, states.

It imports no other package of the app. Start with ``states.py``: it lists the states of a run and which may follow
which.
"""
