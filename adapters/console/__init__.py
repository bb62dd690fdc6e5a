"""The terminal as a chat: one person, one job's message at a time, shown as a progress bar."""
