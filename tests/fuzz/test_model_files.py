"""Model files that are broken in every way, with digests that are right: each is refused with a sentence, or runs."""

import json
import zipfile
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from edge.errors import UserError
from edge.settings.schema import ModelSettings
from edge.vision.golden import answers_as_golden
from edge.vision.interpreter import Int8Network
from edge.vision.model_file import pack, read_model_file
from edge.vision.trial import try_model

pytestmark = pytest.mark.fuzz

FEW = settings(derandomize=True, max_examples=60, deadline=None)
MANY = settings(derandomize=True, max_examples=500, deadline=None)

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.text(max_size=80),
    st.lists(st.integers(-5, 5000), max_size=6),
    st.dictionaries(st.text(max_size=8), st.floats(), max_size=3),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "model.tflite"


@pytest.fixture(scope="module")
def model(shipped_model):
    return read_model_file(shipped_model)


def read(file, content):
    """The model file with this content; None if it is refused with one sentence."""
    file.write_bytes(content)
    try:
        return read_model_file(file)
    except UserError as error:
        sentence = f"{error}"
    assert "\n" not in sentence
    return None


def with_network(model, tflite):
    return pack(tflite, replace(model.metadata, tflite_sha256=sha256(tflite).hexdigest()), model.golden)


def run(file, model):
    """Try a network that was read, and open here what passes its trial: this process must live on."""
    with suppress(UserError):
        try_model(file, model, ModelSettings(threads=1))
        answers_as_golden(Int8Network(model))


@FEW
@given(data=st.data())
def test_damaged_bytes_of_the_network(file, model, data):
    tflite = bytearray(model.tflite)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(tflite) - 4))
        put = data.draw(st.sampled_from([b"\xff\xff\xff\x7f", b"\0\0\0\0"]) | st.binary(min_size=1, max_size=4))
        tflite[at : at + len(put)] = put
    if damaged := read(file, with_network(model, bytes(tflite))):
        run(file, damaged)


def change_operator(operator, graph, draw):
    odd = st.integers(-2, len(graph.tensors) + 2)
    name = draw(st.sampled_from(["inputs", "outputs", "opcodeIndex", "options"]))
    if name == "opcodeIndex":
        operator.opcodeIndex = draw(st.integers(0, 8))
    elif name == "options":
        for option in vars(operator.builtinOptions) if operator.builtinOptions else ():
            setattr(operator.builtinOptions, option, draw(st.integers(0, 5)))
    else:
        setattr(operator, name, np.array(draw(st.lists(odd, max_size=5)), np.int32))


def change_tensor(tensor, buffers, draw):
    if draw(st.booleans()):
        tensor.buffer = draw(st.integers(0, len(buffers)))
    else:
        tensor.shape = np.array(draw(st.lists(st.integers(-1, 300), max_size=5)), np.int32)


@FEW
@given(data=st.data())
def test_other_numbers_in_the_tables_of_the_network(file, model, data):
    changed = schema.ModelT.InitFromPackedBuf(model.tflite, 0)
    graph = changed.subgraphs[0]
    if data.draw(st.booleans()):
        change_operator(data.draw(st.sampled_from(graph.operators)), graph, data.draw)
    else:
        change_tensor(data.draw(st.sampled_from(graph.tensors)), changed.buffers, data.draw)
    builder = flatbuffers.Builder(len(model.tflite))
    try:
        builder.Finish(changed.Pack(builder), b"TFL3")
    except TypeError:  # the builder writes no such number, a 2 in the place of a truth value for one
        reject()
    if damaged := read(file, with_network(model, bytes(builder.Output()))):
        run(file, damaged)


@MANY
@given(data=st.data())
def test_odd_values_in_the_records(file, shipped_model, data):
    content = shipped_model.read_bytes()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        records = {name: json.loads(archive.read(name)) for name in archive.namelist()}
        network = content[: archive.infolist()[0].header_offset]
    record = records[data.draw(st.sampled_from(sorted(records)))]
    target = data.draw(st.sampled_from([record, *(v for v in record.values() if isinstance(v, dict) and v)]))
    target[data.draw(st.sampled_from(sorted(target)) | st.text(max_size=5))] = data.draw(ODD)
    packed = BytesIO(network)
    packed.seek(0, 2)
    with zipfile.ZipFile(packed, "a") as archive:
        for name, entry in records.items():
            archive.writestr(zipfile.ZipInfo(name), json.dumps(entry, indent=2))
    read(file, packed.getvalue())


@MANY
@given(data=st.data())
def test_damaged_bytes_of_the_archive(file, shipped_model, data):
    content = bytearray(shipped_model.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(len(content) - 3000, len(content) - 4))
        content[at : at + 4] = data.draw(st.binary(max_size=6))
    read(file, bytes(content))
