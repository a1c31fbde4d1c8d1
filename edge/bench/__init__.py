"""`maskwatch bench`: how fast this board is, and how much memory it takes."""
