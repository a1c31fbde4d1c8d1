"""A person who leaves in front of the next one takes their track along, and the next one gets a new one."""

import cv2
import numpy as np
import pytest

from edge.camera.frame import Frame
from edge.vision.face import Face

SIZE = 60


def texture(seed):
    """What a face looks like: a few soft spots."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    return cv2.resize(coarse, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)


FIRST, SECOND = texture(2), texture(5)


def play(tracker, frames):
    """Follow people through frames, ten a second; each lists (look, left edge), the nearest person last.

    Returns:
        For each frame, the track of each person by their left edge.
    """
    found = []
    for number, people in enumerate(frames):
        image = np.full((160, 900, 3), 120, np.uint8)
        for look, left in people:
            image[50 : 50 + SIZE, left : left + SIZE] = look
        asked, _ = tracker.follow(
            Frame(image, number / 10), [Face(left, 50, left + SIZE, 50 + SIZE) for _, left in people]
        )
        tracker.judge(asked, np.full((len(asked), 2), (0.5, 1.0)))
        found.append({round(t.face.left): t.number for t in tracker.tracks if not t.unseen_seconds})
    return found


@pytest.mark.parametrize("step", [30, 50, 80, 110])
def test_a_newcomer_does_not_inherit_the_track_of_the_one_who_leaves(new_tracker, step):
    standing = [[(FIRST, 300)]] * 10
    leaving = [[(SECOND, 310), (FIRST, 300 + step * n)] for n in range(1, 5)]
    found = play(new_tracker(), standing + leaving)
    newcomer = found[-1][310]
    assert newcomer != found[9][300]
    assert found[-1].get(300 + 4 * step) != newcomer


@pytest.mark.parametrize("step", [30, 40, 50])  # what is farther is beyond reach
def test_the_one_who_leaves_keeps_their_track(new_tracker, step):
    leaving = [[(SECOND, 310), (FIRST, 300 + step * n)] for n in range(1, 5)]
    found = play(new_tracker(), [[(FIRST, 300)]] * 10 + leaving)
    assert found[-1][300 + 4 * step] == found[9][300]


@pytest.mark.parametrize("gap", [1, 3, 6])
def test_another_face_beside_the_place_of_one_who_is_gone_is_another_person(new_tracker, gap):
    found = play(new_tracker(), [[(FIRST, 300)]] * 10 + [[]] * gap + [[(SECOND, 340)]] * 3)
    assert found[-1][340] != found[9][300]


@pytest.mark.parametrize("step", [10, 40, 80])
def test_the_same_face_stays_one_track_however_fast_it_goes(new_tracker, step):
    found = play(new_tracker(), [[(FIRST, 50 + step * n)] for n in range(10)])
    assert {number for frame in found for number in frame.values()} == {1}


def test_a_face_that_changes_where_it_stands_stays_the_same_person(new_tracker):
    """A mask that is put on from one frame to the next."""
    masked = FIRST.copy()
    masked[36:] = 150
    found = play(new_tracker(), [[(FIRST, 300)]] * 10 + [[(masked, 303)]] * 5)
    assert found[-1][303] == found[9][300]
