"""What the owner sets: settings and logging. Only `bot.compose` and `bot.__main__` read it; others get values."""
