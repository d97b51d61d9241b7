"""Everything that Tunedrop needs on Azure, on one laptop: storage, Functions, Azure ML and Event Grid. Never deployed.

May import ``shared.core`` only, besides the packages under test. Start with ``stack.py``.
"""
