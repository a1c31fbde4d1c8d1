from dataclasses import replace
from hashlib import sha256

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from edge.vision.model_file import pack, read_model_file


@pytest.fixture(scope="session")
def altered(shipped_model):
    """The shipped classifier's network with a change that `change` makes to its tables, as bytes."""
    tflite = read_model_file(shipped_model).tflite

    def alter(change):
        model = schema.ModelT.InitFromPackedBuf(tflite, 0)
        change(model)
        builder = flatbuffers.Builder(len(tflite))
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    return alter


@pytest.fixture(scope="session")
def packed(shipped_model):
    """A model file with another network or other records, whose digests are right."""
    model = read_model_file(shipped_model)

    def pack_with(tflite=model.tflite, golden=model.golden, **metadata):
        changed = replace(model.metadata, tflite_sha256=sha256(tflite).hexdigest(), **metadata)
        return pack(tflite, changed, golden)

    return pack_with
