from copy import copy
from itertools import islice

import numpy as np
import pytest

from edge.demo.scene import RATE, DoorwayScene
from edge.replay.pace import paced


@pytest.fixture(scope="module")
def scene(portraits):
    return DoorwayScene(seed=3)


def test_the_clock_is_the_scenes_own(scene):
    frames = list(islice(scene, 5))
    assert [frame.seconds for frame in frames] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert {(frame.image.shape, frame.image.dtype.name) for frame in frames} == {((480, 640, 3), "uint8")}
    assert scene.epoch == 0


def test_the_same_seed_gives_the_same_pictures(scene):
    again, other = DoorwayScene(seed=3), DoorwayScene(seed=4)
    for seconds in (0.0, 6.5):
        assert np.array_equal(scene.picture(seconds), again.picture(seconds))
        assert not np.array_equal(scene.picture(seconds), other.picture(seconds))


def test_it_lasts_as_long_as_it_says(scene):
    assert 12 < scene.seconds < 20
    assert scene.truth(scene.seconds + 1) is None


def test_everyone_stands_long_enough_and_both_labels_are_seen(scene):
    labels = [scene.truth(number / RATE) for number in range(round(scene.seconds * RATE))]
    assert min(labels.count(label) for label in ("with_mask", "without_mask")) >= 4 * RATE
    changes = [b for a, b in zip([None, *labels], labels, strict=False) if b and a != b]
    assert changes == ["with_mask", "without_mask", "with_mask", "without_mask", "with_mask"]


def test_somebody_is_at_the_mark_almost_always(scene):
    empty = copy(scene)
    empty.visits = []
    wall = empty.picture(0.0).astype(int)[150:250, 290:350]
    times = np.arange(0, scene.seconds, 0.5)
    away = [t for t in times if np.abs(scene.picture(t).astype(int)[150:250, 290:350] - wall).mean() < 12]
    assert len(away) / len(times) < 0.05


def test_paced_frames_come_when_their_time_has_come(scene):
    now, slept = [100.0], []

    def sleep(seconds):
        slept.append(round(seconds, 3))
        now[0] += seconds + 0.02  # drawing takes a while

    times = [frame.seconds for frame in paced(islice(scene, 4), clock=lambda: now[0], sleep=sleep)]
    assert times == [0.0, 0.1, 0.2, 0.3]
    assert slept == [0.0, 0.08, 0.08, 0.08]
