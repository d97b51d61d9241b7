"""Commands that talk to a Tunedrop, here or on Azure: list and show runs, decide, ask a model, rebuild.

May import ``shared``. Start with ``target.py``: it finds the app that a command talks to.
"""
