import numpy as np
import pytest

from edge.vision.thumbnail import THUMBNAIL_SIZE, changed, moves, thumbnail


@pytest.mark.parametrize("size", [(480, 640), (240, 320), (640, 480), (1079, 1919), (48, 64), (1, 1)])
def test_any_picture_becomes_a_gray_thumbnail(size):
    assert thumbnail(np.full((*size, 3), 90, np.uint8)).tolist() == np.full(THUMBNAIL_SIZE[::-1], 90).tolist()


def test_a_part_of_the_picture_stays_in_its_place():
    image = np.zeros((480, 640, 3), np.uint8)
    image[240:, 320:] = 200
    small = thumbnail(image)
    assert small[31:, 41:].min() == 200
    assert small[:29].max() == small[:, :39].max() == 0


def test_a_walker_moves_and_noise_does_not():
    random = np.random.default_rng(1)
    before, now = (thumbnail(random.normal(110, 10, (480, 640, 3)).astype(np.uint8)) for _ in range(2))
    assert not moves(changed(before, now))
    walker = now.copy()
    walker[40:, 30:36] = 30
    assert moves(changed(before, walker))
