from export.quantize.graph import read_graph


def test_multiply_adds_are_counted(small_tflite):
    convolution = 32 * 32 * 8 * 3 * 3 * 3
    depthwise = 8 * 8 * 8 * 3 * 3
    dense = 8
    assert read_graph(small_tflite).multiply_adds == convolution + depthwise + dense


def test_the_edges_are_read(small_tflite):
    graph = read_graph(small_tflite)
    assert [tensor.shape for tensor in (*graph.inputs, *graph.outputs)] == [(1, 128, 128, 3), (1, 1)]


def test_the_steps_are_in_order(small_tflite):
    names = [operation.name for operation in read_graph(small_tflite).operations]
    assert names == ["CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED", "LOGISTIC"]
