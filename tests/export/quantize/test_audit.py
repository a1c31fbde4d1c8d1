import tempfile
from dataclasses import replace

import pytest
import tensorflow as tf

from export.quantize.audit import audit
from export.quantize.convert import to_int8
from export.quantize.graph import read_graph


def convert(network, **settings):
    """Convert as people do who have not read our notes."""
    with tempfile.TemporaryDirectory() as folder:
        network.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        for name, value in settings.items():
            setattr(converter, name, value)
        return read_graph(converter.convert())


@pytest.fixture(scope="module")
def float_faults(small_network):
    return audit(convert(small_network))


def test_our_own_conversion_is_fit(small_tflite):
    assert audit(read_graph(small_tflite)) == []


def test_a_float_network_is_refused(float_faults):
    assert any("is FLOAT32" in fault for fault in float_faults)


def test_a_dynamic_batch_is_refused(float_faults):
    assert any("dynamic shape (-1, 128, 128, 3)" in fault for fault in float_faults)


def test_float_edges_around_an_int8_network_are_refused(small_network, crops):
    graph = convert(
        small_network,
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=lambda: ([crop[None].astype("float32") / 255] for crop in crops),
    )
    assert any("is FLOAT32" in fault for fault in audit(graph))


def test_weights_with_one_scale_are_refused(small_network, crops):
    graph = convert(
        small_network,
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=lambda: ([crop[None].astype("float32") / 255] for crop in crops),
        _experimental_disable_per_channel=True,
    )
    assert any("1 scales for 8 channels" in fault for fault in audit(graph))


def test_an_input_range_that_was_not_pinned_is_refused(small_network, crops):
    dim = to_int8(small_network, crops[2:] // 2)
    assert any("all-black and an all-white picture" in fault for fault in audit(read_graph(dim)))


@pytest.mark.parametrize(("version", "fit"), [("1.14.0", True), ("2.14.0", True), ("2.15.0", False), ("", False)])
def test_operations_newer_than_the_oldest_runtime_are_refused(small_tflite, version, fit):
    graph = replace(read_graph(small_tflite), min_runtime_version=version)
    assert (audit(graph) == []) == fit
