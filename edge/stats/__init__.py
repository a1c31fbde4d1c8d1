"""`maskwatch stats`: how many people came, and how many without a mask. Only counts: nothing identifies a person."""
