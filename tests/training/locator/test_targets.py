import numpy as np
import pytest

from training.locator.targets import Targets

PICTURE = np.array([0, 0, 320, 240])


def truth_of(*boxes):
    return Targets.of_boxes(np.array(boxes, float).reshape(-1, 4), PICTURE)


def test_a_face_in_full_view_is_asked_for():
    assert truth_of([10, 10, 40, 50]).rows()[0].tolist() == [10, 10, 40, 50, 1]


def test_a_face_cut_by_the_edge_ends_at_the_edge():
    assert truth_of([-10, 10, 40, 50]).faces.tolist() == [[0, 10, 40, 50]]


@pytest.mark.parametrize("box", [[10, 10, 16, 17], [-30, 10, 20, 50]])
def test_a_tiny_face_and_one_mostly_cut_off_are_ignored(box):
    truth = truth_of(box)
    assert len(truth.faces) == 0
    assert truth.rows()[0, 4] == -1


def test_a_face_outside_the_picture_does_not_count():
    assert (truth_of([400, 10, 440, 50]).rows() == 0).all()


def test_an_ignored_box_stays_ignored_where_it_is_in_view():
    truth = Targets.of_boxes(np.zeros((0, 4)), PICTURE, np.array([[-20, 10, 20, 50], [400, 0, 420, 20]]))
    assert truth.ignored.tolist() == [[0, 10, 20, 50, 1]]


def test_the_mirror_image_of_the_mirror_image_is_the_truth():
    truth = truth_of([10, 10, 40, 50], [100, 50, 104, 55]).doubted(PICTURE, 0.5)
    assert (truth.mirrored(320).mirrored(320).rows() == truth.rows()).all()
    assert truth.mirrored(320).faces.tolist() == [[280, 10, 310, 50]]


def test_faces_that_find_no_row_are_ignored_not_forgotten():
    crowd = [[20 * i, 100, 20 * i + 10 + i, 112] for i in range(10)]
    rows = truth_of(*crowd).rows(count=4)
    assert (rows[:3, 4] == 1).all()
    assert rows[3].tolist() == [0, 100, 20 * 6 + 16, 112, -1]
