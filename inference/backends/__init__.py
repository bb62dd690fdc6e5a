"""What makes pictures: the step loop, and stock pipelines."""
