"""What the door process offers on its local socket, and how another process reads it."""
