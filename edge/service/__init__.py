"""What surrounds the loop: settings."""
