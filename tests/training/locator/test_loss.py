import keras
import numpy as np
import pytest

from edge.vision.anchor_free import HEAT_SLOPE, decode_boxes, encode_boxes, levels
from edge.vision.boxes import ious
from training.locator.loss import LocatorLoss, assign, cells, generalized_iou, pairwise_iou
from training.locator.targets import MAX_ROWS

CENTERS, STRIDES = cells()


def table(*rows):
    """Targets of one picture: (box, role) pairs."""
    found = np.zeros((1, MAX_ROWS, 5), np.float32)
    for i, (box, role) in enumerate(rows):
        found[0, i] = [*box, role]
    return found


def answers(heat=0.01, box=None):
    """What a network says that gives every cell one heat and, if told so, one box."""
    codes = np.full((len(CENTERS), 4), 0.5) if box is None else encode_boxes(np.array([box], float), CENTERS, STRIDES)
    return np.concatenate([np.full((len(CENTERS), 1), levels(heat, HEAT_SLOPE)), levels(codes)], 1)[None].astype(
        np.float32
    )


def shares(said, slope=1.0):
    return 1 / (1 + np.exp(-slope * (said - 3)))


def assigned(said, truth):
    boxes = decode_boxes(shares(said[0, :, 1:]), CENTERS, STRIDES)[None].astype(np.float32)
    target, target_boxes = assign(shares(said[..., 0], HEAT_SLOPE), boxes, truth, CENTERS, STRIDES)
    return np.array(target)[0], np.array(target_boxes)[0]


def loss(said, truth):
    return float(LocatorLoss()(truth, said))


def test_the_cells_cover_the_picture_at_each_stride():
    assert len(CENTERS) == 30 * 40 + 15 * 20 + 8 * 10
    assert CENTERS[0].tolist() == [4, 4]
    assert CENTERS[-1].tolist() == [304, 240]


@pytest.mark.parametrize(
    ("box", "stride"), [([100, 100, 116, 118], 8), ([100, 100, 140, 148], 16), ([60, 40, 150, 150], 32)]
)
def test_a_fresh_network_learns_a_face_at_the_stride_of_its_size(box, stride):
    target, boxes = assigned(answers(), table((box, 1)))
    best = np.argmax(target)
    assert target[best] == pytest.approx(1)
    assert STRIDES[best, 0] == stride
    assert (np.abs(CENTERS[best] - [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]) <= stride).all()
    assert boxes[best].tolist() == box


def test_each_of_two_neighboring_faces_has_cells_of_its_own():
    faces = [[100, 100, 124, 130], [126, 100, 150, 130]]
    target, boxes = assigned(answers(), table(*((face, 1) for face in faces)))
    owned = boxes[target > 0]
    assert {tuple(box) for box in owned.tolist()} == {tuple(map(float, face)) for face in faces}


def test_every_face_has_at_least_one_cell():
    rng = np.random.default_rng(3)
    faces = [[x, y, x + s, y + s, 1] for x, y, s in rng.uniform([0, 0, 8], [200, 120, 110], (200, 3))]
    truth = np.array(faces, np.float32)[:, np.newaxis]  # each in a picture of its own
    said = answers()[0]
    boxes = decode_boxes(shares(said[:, 1:]), CENTERS, STRIDES).astype(np.float32)
    heat = shares(said[:, 0], HEAT_SLOPE)
    heat, boxes = (np.repeat(part[np.newaxis], 200, 0) for part in (heat, boxes))
    target, _ = assign(heat, boxes, truth, CENTERS, STRIDES)
    assert (np.array(target) > 0).any(1).all()


def test_ignored_regions_have_no_cells():
    assert assigned(answers(), table(([100, 100, 140, 148], -1)))[0].sum() == 0


def test_a_right_answer_costs_less_than_a_wrong_box():
    face = [100, 100, 140, 148]
    truth = table((face, 1))
    target, _ = assigned(answers(box=face), truth)
    right, wrong = answers(box=face), answers(box=[90, 120, 150, 130])
    for said in (right, wrong):
        said[0, :, 0] = levels(target, HEAT_SLOPE)
    assert loss(right, truth) < 0.1 < loss(wrong, truth)


def test_heat_in_the_background_costs():
    assert loss(answers(0.5), table()) > loss(answers(0.1), table()) > loss(answers(0.01), table())


def test_heat_in_an_ignored_region_costs_nothing():
    said = answers(0.003)
    said[0, np.abs(CENTERS - [120, 120]).max(1) < 12, 0] = levels(0.9, HEAT_SLOPE)
    assert loss(said, table(([100, 100, 140, 140], -1))) < 0.1 * loss(said, table())
    half = loss(said, table(([0, 0, 320, 240], -0.5)))
    assert half == pytest.approx(loss(said, table()) / 2, rel=1e-3)


def test_overlaps_are_those_of_the_device():
    rng = np.random.default_rng(1)
    a, b = (np.concatenate([low, low + rng.uniform(1, 40, (9, 2))], 1) for low in rng.uniform(0, 60, (2, 9, 2)))
    assert np.array(pairwise_iou(a[None], b[None]))[0] == pytest.approx(ious(a, b), abs=1e-5)


def test_the_generalized_overlap_tells_near_from_far():
    box = np.array([[0.0, 0, 10, 10]])
    same, near, far = (float(generalized_iou(box, box + shift)[0]) for shift in (0, 12, 50))
    assert same == pytest.approx(1)
    assert same > 0 > near > far > -1


def test_the_loss_trains_a_few_cells_to_a_face():
    keras.utils.set_random_seed(1)
    truth = table(([100, 100, 140, 148], 1), ([200, 50, 220, 74], 1))
    said = answers()
    start = said.reshape(1, -1)
    logits = keras.layers.Embedding(1, said.size, embeddings_initializer=lambda *_, **__: start)
    layers = [keras.Input((1,)), logits, keras.layers.Reshape((-1, 5))]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.05), LocatorLoss(), jit_compile=False)
    for _ in range(60):
        model.train_on_batch(np.zeros((1, 1)), truth)
    said = np.array(model(np.zeros((1, 1))))[0]
    best = np.argsort(-said[:, 0])[0]
    box = decode_boxes(shares(said[[best], 1:]), CENTERS[[best]], STRIDES[[best]])
    assert ious(box, truth[0, :2, :4]).max() > 0.8
