"""The owner's block list and classifier."""
