"""What happened at the door, and those who are told."""
