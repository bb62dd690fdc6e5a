"""A Slack to test against: speaks the protocol to the real SDK, and is strict about it."""
