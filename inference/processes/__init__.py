"""Child processes: how they start, what they say, how they end."""
