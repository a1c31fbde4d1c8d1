"""From photographs to a float network with its scores."""
