"""On which side of the threshold the classifier puts each crop of a folder, as JSON: sides.py RUNTIME FOLDER."""

import json
import sys
from pathlib import Path

from edge.camera.still_pictures import Pictures
from edge.runtime.pipeline import load_classifier
from edge.settings.schema import ModelSettings
from edge.vision.preprocessing import whole_picture

runtime, folder = sys.argv[1:]
classifier, _ = load_classifier(ModelSettings(runtime=runtime))
images = [next(iter(Pictures([path]))).image for path in sorted(Path(folder).glob("*.png"))]
scores = [classifier.score(image, [whole_picture(image)])[0, 0] for image in images]
sys.stdout.write(json.dumps([bool(score >= classifier.threshold) for score in scores]))
