"""What each state does next: read, one idempotent effect under a deterministic name, answer with an outcome."""
