"""Pictures of what the device saw: the annotated clip and the timeline."""
