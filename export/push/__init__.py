"""From the workstation to boards that are installed already."""
