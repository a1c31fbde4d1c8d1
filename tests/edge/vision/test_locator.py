import numpy as np

from edge.vision.locator import CentreLocator


def test_the_centre_locator_reads_one_fixed_place():
    (face,) = CentreLocator(x=0.5, y=0.4, size=0.5).locate(np.zeros((200, 400, 3), np.uint8))
    assert (face.left, face.top, face.right, face.bottom) == (150, 30, 250, 130)
