"""The core: what a job is and what happens to it, from a request to a delivered picture."""

__version__ = "0.2.0"
