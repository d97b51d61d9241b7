"""The demo: a story told from real sources (``story``), and how it is shown (``view``)."""
