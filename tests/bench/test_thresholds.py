from pathlib import Path

import numpy as np
import pytest
from chain_scores import score_sightings
from chains import Sighting
from thresholds import Pair, best_of

from edge.vision.face import Face
from training.locator.scenes import Scene

BOXES = np.array([[10, 10, 60, 70], [100, 10, 150, 70]], np.float32)
FACES = Scene(Path("a.png"), "val", "a", BOXES, ("with_mask", "without_mask"))
EMPTY = Scene(Path("b.png"), "negatives", "b", np.zeros((0, 4), np.float32), ())

FOUND = [Sighting(Face(*[*BOXES[0].tolist(), 0.9]), False), Sighting(Face(*[*BOXES[1].tolist(), 0.4]), True)]
NO_FACE = Sighting(Face(200, 100, 250, 160, score=0.3), True)


def pair(min_score):
    faces = score_sightings([FACES], [[*FOUND, NO_FACE]], min_score)
    return Pair(min_score, 0.5, faces, score_sightings([EMPTY], [[NO_FACE]], min_score))


def test_the_best_pair_tells_most_faces_rightly_without_false_ones():
    pairs = [pair(score) for score in (0.2, 0.35, 0.6)]
    assert [p.allowed for p in pairs] == [False, True, True]
    assert [p.right for p in pairs] == pytest.approx([1, 1, 0.5])
    assert best_of(pairs).min_score == 0.35


def test_where_every_pair_errs_too_often_the_one_with_fewest_false_faces_is_named():
    assert best_of([pair(0.2)]).min_score == 0.2
    assert (pair(0.2).false_faces, pair(0.2).false_alerts) == (1, 1)
