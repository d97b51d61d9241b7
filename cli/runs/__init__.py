"""Commands that talk to an app, on this machine or on Azure: list and show runs, decide, score, rebuild.

May import ``local`` (to find the local stack) and ``shared``. Start with ``target.py``: it finds the app that a
command talks to.
"""
