"""From scores of single frames to verdicts on people."""
