from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.face import Face
from edge.vision.preprocessing import CROP_WIDENING
from training.classifier.auxiliary import MOUTH_BARE
from training.classifier.dataset_reader import read_dataset
from training.classifier.datasets import LABELS, Photo
from training.classifier.networks import CLEAR, NOT_COMPLIANT
from training.classifier.occluders import cup
from training.classifier.pipeline import (
    evaluation_crops,
    label_shares,
    occluded_crops,
    sampling_weights,
    training_batches,
)
from training.common.batch_fault import BatchFault

photos = st.lists(
    st.builds(
        Photo,
        path=st.just(Path("a.png")),
        label=st.sampled_from(LABELS),
        split=st.just("train"),
        sha256=st.just(""),
        source=st.sampled_from(["one", "two", "three"]),
    ),
    min_size=1,
    max_size=60,
)


def batches_of(photos, batch_size):
    return training_batches(photos, BatchFault(), widening=1.2, batch_size=batch_size, seed=1, deterministic=True)


@given(photos)
def test_sampling_weights_are_probabilities_in_the_shares_of_the_classes(photos):
    weights = sampling_weights(photos)
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    for label, share in label_shares({photo.label for photo in photos}).items():
        drawn = sum(w for w, photo in zip(weights, photos, strict=True) if photo.label == label)
        assert drawn == pytest.approx(share)


@given(st.sets(st.sampled_from(LABELS), min_size=1))
def test_as_many_masks_are_drawn_as_faces_without_a_correct_one(present):
    shares = label_shares(present)
    others = sum(share for label, share in shares.items() if label not in ("with_mask", "unclear"))
    assert sum(shares.values()) == pytest.approx(1)
    if "with_mask" in shares and others:
        assert shares["with_mask"] == pytest.approx(others)


@given(photos)
def test_a_source_counts_with_the_square_root_of_its_size(photos):
    sums, sizes = defaultdict(float), defaultdict(int)
    for weight, photo in zip(sampling_weights(photos), photos, strict=True):
        sums[photo.label, photo.source] += weight
        sizes[photo.label, photo.source] += 1
    for label, source in sums:
        first = next(key for key in sums if key[0] == label)
        ratio = (sizes[label, source] / sizes[first]) ** 0.5
        assert sums[label, source] / sums[first] == pytest.approx(ratio)


def test_an_unclear_place_that_the_locator_is_surer_of_is_drawn_more_often():
    places = [Photo(Path("a.png"), "unclear", "train", "", face=Face(0, 0, 9, 9, score)) for score in (0.1, 0.4)]
    assert sampling_weights(places) == pytest.approx([0.2, 0.8])


def test_batches_hold_what_the_network_reads(drawn_faces):
    photos = read_dataset(drawn_faces).split("train")
    images, truth, weights = next(iter(batches_of(photos, 4)))
    assert images.shape == (4, 128, 128, 3)
    assert 0 <= float(np.min(images)) < float(np.max(images)) <= 1
    for said in (truth, weights):
        assert {name: said[name].shape for name in said} == dict.fromkeys((NOT_COMPLIANT, CLEAR, MOUTH_BARE), (4, 1))
        assert {value for answer in said.values() for value in np.unique(answer)} <= {0.0, 1.0}


def test_whether_an_unclear_face_is_compliant_counts_for_nothing(drawn_faces, monkeypatch):
    photos = read_dataset(drawn_faces).split("train")
    photos = [replace(photo, label="unclear") for photo in photos if photo.not_compliant] + [
        photo for photo in photos if not photo.not_compliant
    ]
    monkeypatch.setattr("training.classifier.pipeline.DEGRADED_SHARE", 0.3)
    _, truth, weights = next(iter(batches_of(photos, 64)))
    clear = np.array(truth[CLEAR])
    assert 0 < clear.mean() < 1
    assert (np.array(weights[NOT_COMPLIANT]) == clear).all()
    assert (np.array(weights[CLEAR]) == 1).all()


def test_some_clear_faces_are_made_unclear(drawn_faces, monkeypatch):
    photos = read_dataset(drawn_faces).split("train")
    monkeypatch.setattr("training.classifier.pipeline.DEGRADED_SHARE", 0.5)
    _, truth, _ = next(iter(batches_of(photos, 64)))
    assert 0.2 < np.array(truth[CLEAR]).mean() < 0.8


def test_evaluation_crops_are_the_whole_pictures(two_classes):
    photos = read_dataset(two_classes).photos[:3]
    crops = evaluation_crops(photos, CROP_WIDENING)
    assert crops.shape == (3, 128, 128, 3)
    assert crops.dtype == np.uint8
    assert crops[0].mean() == pytest.approx(photos[0].read().mean(), abs=3)


def test_no_photographs_give_no_crops():
    assert evaluation_crops([], 1.2).shape == (0, 128, 128, 3)


def test_occluded_crops_are_the_same_each_time(two_classes):
    photos = read_dataset(two_classes).photos[:3]
    first, again = occluded_crops(photos, CROP_WIDENING, cup), occluded_crops(photos, CROP_WIDENING, cup)
    assert (first == again).all()
    assert (first != evaluation_crops(photos, CROP_WIDENING)).any((1, 2, 3)).all()


def test_a_mouth_of_which_nothing_is_known_counts_for_nothing(drawn_faces):
    photos = [replace(photo, label="not_compliant") for photo in read_dataset(drawn_faces).split("train")]
    _, truth, weights = next(iter(batches_of(photos, 8)))
    assert not np.array(weights[MOUTH_BARE]).any()
    assert np.isfinite(np.array(truth[MOUTH_BARE])).all()
