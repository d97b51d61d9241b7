"""Set-up: what must be there before anything runs, done once."""
