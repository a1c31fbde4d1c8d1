"""What the device sees with: model files, the int8 interpreter, faces, crops and scores."""
