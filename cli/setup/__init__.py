"""Set-up: installs what the local stack and the tests need, once, and again when its sources change.

Of ``cli``, it may import only ``paths``. Start with ``steps.py``: it lists what is installed.
"""
