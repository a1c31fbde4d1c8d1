"""`maskwatch metrics`: the door's figures for Prometheus."""
