"""The edges: each translates between the core and one thing outside, and decides nothing."""
