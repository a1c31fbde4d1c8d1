"""What the trainings of both networks share: reading what people bring, and keeping a run."""
