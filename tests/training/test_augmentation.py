import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.augmentation import jittered_crop, light_and_lens


@given(
    height=st.integers(16, 200),
    width=st.integers(16, 200),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=50)
def test_any_picture_becomes_a_crop(height, width, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    crop = jittered_crop(picture, np.random.default_rng(seed))
    assert crop.shape == (128, 128, 3)
    assert crop.dtype == np.uint8


def test_the_same_seed_gives_the_same_crop():
    picture = np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8)
    one, same, other = (jittered_crop(picture, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert (one == same).all()
    assert (one != other).any()


def test_a_jittered_crop_keeps_the_channels_in_order():
    red = np.zeros((100, 100, 3), np.uint8)
    red[:, :, 0] = 250
    for seed in range(20):
        crop = jittered_crop(red, np.random.default_rng(seed)).reshape(-1, 3).mean(axis=0)
        assert crop[0] > 100
        assert crop[1:] == pytest.approx([0, 0], abs=8)


def test_light_and_lens_keep_shape_and_range():
    batch = np.random.default_rng(1).random((4, 128, 128, 3), np.float32)
    changed = keras.ops.convert_to_numpy(light_and_lens(seed=1)(batch))
    assert changed.shape == batch.shape
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert (changed != batch).any()
