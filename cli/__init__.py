"""The ``tunedrop`` command. Start with ``main.py``; each command imports what it needs when it is run."""
