"""Finding and classifying faces: model files, the int8 interpreter, faces, crops and scores."""
