"""The process that owns the device, and the parent's side of it."""
