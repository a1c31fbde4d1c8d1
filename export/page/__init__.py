"""A door's page on this workstation, by way of the user's own ssh."""
