"""The edges: each adapter translates between the core's ports and one thing outside, and decides nothing."""
