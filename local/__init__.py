"""Everything that Tunedrop needs on Azure, on one laptop: storage, Functions, Azure ML and Event Grid. Never deployed.

May import only ``shared.core``. Start with ``stack.py``.
"""
