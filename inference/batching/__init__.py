"""The step loop: requests at different steps share the model's calls."""
