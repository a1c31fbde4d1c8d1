import cv2
import numpy as np
import pytest

from edge.camera.frame import Frame
from edge.vision.face import Face

BARE, MASKED = (0.98, 1.0), (0.02, 1.0)
PORTRAIT = np.kron(np.random.default_rng(5).integers(40, 220, (8, 8, 3), np.uint8), np.ones((10, 10, 1), np.uint8))
STRANGER = np.kron(np.random.default_rng(6).integers(40, 220, (8, 8, 3), np.uint8), np.ones((10, 10, 1), np.uint8))
SIZE = len(PORTRAIT)


def hall(seconds, *people):
    """A frame of a gray hall in which portraits hang at (x, y, portrait), and the faces in it."""
    image = np.full((480, 640, 3), 120, np.uint8)
    for x, y, portrait in people:
        image[y : y + SIZE, x : x + SIZE] = portrait
    return Frame(image, seconds), [Face(x, y, x + SIZE, y + SIZE) for x, y, _ in people]


class Door:
    """A tracker fed at ten frames a second, that notes the frames searched and the faces classified."""

    def __init__(self, tracker):
        self.tracker, self.seconds = tracker, 0.0
        self.searched, self.classified = [], []

    def show(self, *people, says=MASKED, frames=1):
        for _ in range(frames):
            frame, faces = hall(self.seconds, *people)
            predicted = self.tracker.predict(frame)
            asked, _ = self.tracker.follow(frame, predicted or faces)
            self.tracker.judge(asked, np.array([says] * len(asked)).reshape(-1, 2))
            self.searched.append(predicted is None)
            self.classified.append(len(asked))
            self.seconds = round(self.seconds + 0.1, 1)
        return self


@pytest.fixture
def door(new_tracker):
    """Someone with a mask has stood there for two seconds."""
    return Door(new_tracker(still_seconds=100.0)).show((200, 100, PORTRAIT), frames=20)


def test_until_a_verdict_stands_every_frame_is_classified(new_tracker):
    door = Door(new_tracker()).show((200, 100, PORTRAIT), says=(0.5, 1.0), frames=20)
    assert door.classified == [1] * 20


def test_until_it_is_known_whether_a_face_is_one_every_frame_is_searched(new_tracker):
    door = Door(new_tracker()).show((200, 100, PORTRAIT), says=(0.5, 0.5), frames=20)
    assert all(door.searched)


def test_a_settled_person_is_searched_for_in_one_frame_of_three(door):
    door.show((200, 100, PORTRAIT), frames=30)
    assert sum(door.searched[-30:]) == 10


def test_a_settled_person_who_looks_the_same_is_classified_twice_a_second(door):
    door.show((200, 100, PORTRAIT), frames=30)
    assert sum(door.classified[-30:]) == 6


def test_a_person_who_changes_is_searched_and_classified_in_that_frame(door):
    changed = PORTRAIT.copy()
    changed[SIZE // 2 :] = STRANGER[SIZE // 2 :]  # a mask comes off
    door.show((200, 100, PORTRAIT), frames=2).show((200, 100, changed), says=BARE)
    assert (door.searched[-1], door.classified[-1]) == (True, 1)


def test_a_newcomer_is_searched_for_in_that_frame(door):
    while door.searched[-1]:
        door.show((200, 100, PORTRAIT))
    door.show((200, 100, PORTRAIT), (480, 120, STRANGER))
    assert door.searched[-1]
    assert len(door.tracker.people) == 2


def test_a_person_who_leaves_is_missed_in_that_frame(door):
    door.show((200, 100, PORTRAIT), frames=2).show()
    assert door.searched[-1]


def test_a_person_who_is_missing_is_searched_for_in_every_frame(door):
    door.show((480, 120, STRANGER), frames=8)
    assert all(door.searched[-8:])


def test_a_face_in_the_dark_is_searched_for_in_every_frame(new_tracker):
    dark = cv2.add(np.full_like(PORTRAIT, 118), PORTRAIT // 64)
    door = Door(new_tracker(still_seconds=100.0)).show((200, 100, dark), frames=30)
    assert all(door.searched)
