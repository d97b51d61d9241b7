"""What the timers do: wake what is due, find what was missed, restore what was lost, delete what nobody uses.

May import ``uploads``, ``endpoints``, ``runs`` and everything below. Start with ``sweep.py``; the
other two timers are ``reconcile`` and ``reap``.
"""
