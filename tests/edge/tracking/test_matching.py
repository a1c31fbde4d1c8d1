import itertools

import pytest

from edge.tracking.matching import match as match_by_looks
from edge.tracking.motion import Motion
from edge.vision.face import Face


def match(seconds, people, faces):
    """By the places alone: everyone looks like everyone else."""
    return match_by_looks(seconds, people, faces, lambda person, face: 1.0)


def face(x, y=100.0, size=40.0):
    return Face(x - size / 2, y - size / 2, x + size / 2, y + size / 2)


def walk(xs, step=0.1, **place):
    """Somebody's motion after having been seen at each x in turn."""
    motion = Motion.of(0.0, face(xs[0], **place))
    for number, x in enumerate(xs[1:], 1):
        motion.see(number * step, face(x, **place))
    return motion


def test_a_face_that_has_hardly_moved_is_the_same_person():
    assert match(0.1, [walk([100])], [face(104)]) == {0: 0}


def test_a_face_far_away_is_somebody_else():
    assert match(0.1, [walk([100])], [face(200)]) == {}


def test_a_face_of_another_size_is_somebody_else():
    assert match(0.1, [walk([100])], [face(100, size=90)]) == {}


@pytest.mark.parametrize("step", [0.1, 0.2])
def test_somebody_crossing_is_found_beyond_their_own_width(step):
    pace = 9 * 40 * step  # a walk across the picture
    assert match(step, [walk([100])], [face(100 + 0.95 * min(pace, 72))]) == {0: 0}
    assert match(2 * step, [walk([100, 100 + pace], step)], [face(100 + 2 * pace)]) == {0: 0}


def test_the_nearer_of_two_goes_on():
    assert match(0.1, [walk([100])], [face(130), face(105)]) == {0: 1}


def test_each_face_is_given_to_one_person():
    pairs = match(0.1, [walk([100]), walk([110])], [face(104)])
    assert list(pairs.values()) == [0]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_people_who_stand_side_by_side_keep_their_places(order):
    faces = [face(100 + 30 * i) for i in order]
    people = [walk([102]), walk([131]), walk([158])]
    assert match(0.1, people, faces) == {person: order.index(person) for person in range(3)}


def test_two_who_cross_keep_their_identity():
    right, left = walk([100, 112, 124, 136]), walk([172, 160, 148, 136], y=112.0)
    assert match(0.4, [right, left], [face(124, 112.0), face(148)]) == {0: 1, 1: 0}


def test_a_gap_is_bridged_along_the_path():
    walking, standing = walk([100, 110, 120, 130]), walk([170, 170, 170, 170], y=130.0)
    assert match(0.6, [walking, standing], [face(152)]) == {0: 0}


def test_an_unseen_face_coasts_to_a_halt():
    motion = walk([100, 120, 140, 160])
    assert motion.at(0.4).center[0] == pytest.approx(178, abs=5)
    assert motion.at(60.0).center[0] < 260


def test_somebody_who_comes_nearer_is_expected_larger():
    motion = Motion.of(0.0, face(100, size=40))
    for number, size in enumerate((44, 48, 53, 58, 64), 1):
        motion.see(number / 10, face(100, size=size))
    assert motion.at(0.6).size > 66


def test_of_two_faces_within_reach_the_one_that_looks_the_same_is_taken():
    looks = {0: 0.5, 1: 0.95}
    faces = [face(105), face(115)]
    assert match_by_looks(0.1, [walk([100])], faces, lambda person, face: looks[face]) == {0: 1}


@pytest.mark.parametrize(("x", "likeness"), [(102, 0.05), (180, 0.2)])
def test_a_face_that_looks_different_is_another_person(x, likeness):
    assert match_by_looks(0.1, [walk([100])], [face(x)], lambda person, face: likeness) == {}


def test_a_face_that_is_where_it_was_may_look_rather_different():
    assert match_by_looks(0.1, [walk([100])], [face(102)], lambda person, face: 0.3) == {0: 0}
