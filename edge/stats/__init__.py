"""`maskwatch stats`: how many people came, and how many without a mask. Counts, and nothing that tells who."""
