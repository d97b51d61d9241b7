"""The same chain on one laptop. Never deployed."""
