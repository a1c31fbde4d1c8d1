"""The page that shows what came of a run."""
