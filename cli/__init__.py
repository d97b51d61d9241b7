"""The ``tunedrop`` command.

``data`` works on local files, ``runs`` talks to an app, ``stack`` is what a person does with the local stack,
``setup`` installs it and ``demo`` shows it. May import ``shared`` and ``local``; only ``main`` imports ``demo``. Each
command imports what it needs when it runs. Start with ``main.py``.
"""
