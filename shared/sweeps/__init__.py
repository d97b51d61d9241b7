"""What the timers do: wake what is due, find what was missed, delete what nobody uses."""
