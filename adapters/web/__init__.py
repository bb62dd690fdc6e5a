"""What is served over HTTP: pages for members and the operator; for machines health and metrics."""
