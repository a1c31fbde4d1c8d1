import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.calibration import Calibration
from training.classifier.datasets import LABELS, Photo
from training.classifier.scores import Predictions, face_size, score_clear, score_decisions, score_split


def photo(label, source="one", face_px=50):
    return Photo(Path("a.png"), label, "test", "", source, face_px)


def predictions(pairs, threshold=0.5):
    return Predictions([photo for photo, _ in pairs], np.array([p for _, p in pairs]), Calibration(), threshold)


EXAMPLE = predictions(
    [
        (photo("with_mask"), 0.1),
        (photo("with_mask"), 0.2),
        (photo("with_mask", "two"), 0.7),
        (photo("with_mask", "two", 20), 0.3),
        (photo("without_mask", "one", 200), 0.9),
        (photo("without_mask", "one", 100), 0.4),
        (photo("incorrect", "two"), 0.8),
    ]
)


def test_shares_by_hand():
    scores = score_split(EXAMPLE)
    assert scores.images == 7
    assert scores.images_by_label == {"with_mask": 4, "without_mask": 2, "incorrect": 1}
    assert scores.with_mask_left_alone == 3 / 4
    assert scores.without_mask_caught == 1 / 2
    assert scores.incorrect_caught == 1
    assert scores.with_without_accuracy == 4 / 6
    assert scores.balanced_accuracy == (3 / 4 + 2 / 3) / 2
    # Of the 12 pairs of a masked and another face, only 0.7 over 0.4 is the wrong way round.
    assert scores.roc_auc == pytest.approx(11 / 12)
    assert scores.log_loss == pytest.approx(-np.mean(np.log([0.9, 0.8, 0.3, 0.7, 0.9, 0.4, 0.8])))


def test_groups_by_hand():
    scores = score_split(EXAMPLE)
    assert {name: group.images for name, group in scores.by_source.items()} == {"one": 4, "two": 3}
    assert scores.by_source["two"].with_mask_left_alone == 1 / 2
    assert scores.by_source["two"].without_mask_caught is None
    assert {name: group.images for name, group in scores.by_face_size.items()} == {
        "16-32": 1,
        "32-64": 4,
        "64-128": 1,
        "128+": 1,
    }


@pytest.mark.parametrize(
    ("pixels", "name"),
    [(0, "below 16"), (15, "below 16"), (16, "16-32"), (32, "32-64"), (127, "64-128"), (128, "128+"), (900, "128+")],
)
def test_face_sizes_begin_at_their_lower_bound(pixels, name):
    assert face_size(pixels) == name


def test_how_well_clear_faces_are_told_by_hand():
    scores = score_clear(np.array([0.9, 0.5, 0.2, 0.1, 0.6]), np.array([True, True, True, False, False]))
    assert (scores.clear_images, scores.unclear_images) == (3, 2)
    assert (scores.clear_kept, scores.unclear_told) == (2 / 3, 1 / 2)
    # Of the 6 pairs of a clear and an unclear face, 0.6 over 0.5 and over 0.2 are the wrong way round.
    assert scores.roc_auc == pytest.approx(4 / 6)


@pytest.mark.parametrize(("clear", "kept", "told"), [(True, 1.0, None), (False, None, 0.0)])
def test_without_the_other_side_half_of_the_figures_are_missing(clear, kept, told):
    scores = score_clear(np.array([0.9, 0.8]), np.array([clear, clear]))
    assert (scores.clear_kept, scores.unclear_told, scores.roc_auc) == (kept, told, None)


def test_one_side_alone_has_no_curves():
    scores = score_split(predictions([(photo("without_mask"), 0.9)]))
    assert scores.without_mask_caught == 1
    assert (scores.roc_auc, scores.log_loss, scores.with_mask_left_alone) == (None, None, None)


def test_an_empty_split_has_no_figures():
    scores = score_split(Predictions([], np.zeros(0), Calibration(), 0.5))
    assert (scores.images, scores.with_without_accuracy, scores.by_source) == (0, None, {})


def test_temperature_changes_the_probabilities_and_not_their_order():
    hot = Predictions(EXAMPLE.photos, EXAMPLE.raw, Calibration(3.0), 0.5)
    assert (np.argsort(hot.p) == np.argsort(EXAMPLE.p)).all()
    assert score_split(hot).log_loss_raw == score_split(EXAMPLE).log_loss_raw != score_split(hot).log_loss
    assert (hot.alerts == EXAMPLE.alerts).all()


def test_scores_become_json():
    assert json.loads(json.dumps(asdict(score_split(EXAMPLE))))["by_source"]["one"]["images"] == 4


labels = st.lists(st.sampled_from(LABELS), min_size=1, max_size=40).map(np.array)


@given(labels, st.data())
def test_shares_lie_between_0_and_1_and_counts_add_up(labels, data):
    alerts = np.array(data.draw(st.lists(st.booleans(), min_size=len(labels), max_size=len(labels))))
    scores = score_decisions(alerts, labels)
    assert sum(scores.images_by_label.values()) == scores.images == len(labels)
    shares = (scores.with_without_accuracy, scores.with_mask_left_alone, scores.incorrect_caught)
    assert all(share is None or 0 <= share <= 1 for share in shares)
