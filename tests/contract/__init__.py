"""Real clients against real servers, and every double against the same contract as what it stands for."""
