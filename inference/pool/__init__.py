"""Several devices as one engine."""
