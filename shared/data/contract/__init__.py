"""The data contract: what one line must be, why it is refused, and which repairs would make it usable.

May import ``models`` and ``core``. Start with ``validation.py``.
"""
