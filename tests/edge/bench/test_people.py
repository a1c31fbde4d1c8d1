import numpy as np

from edge.runtime.pipeline import load_classifier, make_locator
from edge.settings.schema import Settings


def test_the_networks_find_one_bare_face_in_each_frame(drawn_person):
    settings = Settings()
    locator, (classifier, _) = make_locator(settings.locator, settings.model), load_classifier(settings.model)
    for frame in drawn_person:
        (face,) = locator.locate(frame.image)
        assert classifier.score(frame.image, [face])[0, 0] > classifier.threshold


def test_a_time_always_shows_the_same_picture(drawn_person):
    assert np.array_equal(drawn_person.picture(0.7), drawn_person.picture(0.7))


def test_no_two_pictures_are_alike(drawn_person):
    first, second, third = (frame.image for frame in drawn_person)
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)
