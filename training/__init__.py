"""The workstation's first room: from photographs to a float network with its scores."""
