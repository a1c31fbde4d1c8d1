"""What the trainings of both networks share: reading data, and the files of a run."""
