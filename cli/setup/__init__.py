"""Set-up: installs what the local stack and the tests need, once, and again when its sources change.

Imports nothing of ``cli`` but ``paths``. Start with ``steps.py``: it lists what is installed.
"""
