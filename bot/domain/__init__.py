"""Frozen dataclasses and pure functions. No clock, no randomness, no IO, no chat, no model lives here."""
