"""What makes a model's calls faster and changes no result beyond rounding."""
