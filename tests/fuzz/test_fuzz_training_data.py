"""Damaged data for training: a sentence, or what is left of it, but never a traceback or a box that cannot be."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from edge.errors import UserError
from training.classifier.dataset_reader import read_dataset
from training.classifier.datasets import read_split as read_photos
from training.common.pictures import UnusableError
from training.common.tables import read_table
from training.locator.scene_reader import read_scenes
from training.locator.scenes import read_split as read_scene_split
from training.locator.voc import read_annotation

pytestmark = [pytest.mark.fuzz]

EXAMPLES = 400

VOC = (
    "<annotation><filename>a</filename><size><width>160</width><height>120</height></size>"
    + "<object><name>face</name><difficult>0</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>10</xmax>"
    "<ymax>12</ymax></bndbox></object>" * 2 + "</annotation>"
).encode()

MANIFEST = b"path,cluster,source_repo,face_px\n" + b"".join(
    b"x/%s/%03d.png,c%d,src,30\n" % (label, n, n) for label in (b"with_mask", b"without_mask") for n in range(24)
)

PIECES = [
    b"nan", b"inf", b"-1", b"1e400", b"9" * 400, b"", b"\0", b'"', b"'", b"\n", b"\r", b",", b";", b"\t", b"\xc3\xa9",
    b"\xff", b"\xfe", b"\xef\xbb\xbf", b"<", b">", b"&amp;", b"&x;", b"null", b"[]", b"{}", b"0x1", b"1_0", b"1,5",
    b" ", "\N{ARABIC-INDIC DIGIT ONE}".encode(), b"<object>", b"<bndbox/>", b"</x>",
    b"<?xml version='1.0' encoding='utf-99'?>", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<![CDATA[",
    b"<!--", b"PK\3\4", b"[[1,2,3]]", b"sep=;\n",
]  # fmt: skip


@st.composite
def damaged(draw, content):
    """The content with some bytes cut out and some of PIECES put in."""
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        content = content[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + content[end:]
    return content


def fuzzed(test):
    """The same examples each time, as many as fit into a minute or two."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return seed(1)(settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=checks, database=None)(test))


def answered(read):
    """What `read` gives; None if it refused in one sentence."""
    sentence = ""
    try:
        return read()
    except UserError as error:
        sentence = str(error)
    assert sentence.isprintable()
    return None


@fuzzed
@given(content=damaged(VOC))
def test_annotations(tmp_path, content):
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    try:
        annotation = read_annotation(path)
    except UnusableError:
        return
    assert np.isfinite(annotation.boxes).all()
    assert len(annotation.labels) == len(annotation.boxes)


@fuzzed
@given(content=damaged(MANIFEST) | st.binary(max_size=60))
def test_tables(tmp_path, content):
    path = tmp_path / "manifest.csv"
    path.write_bytes(content)
    for row in answered(lambda: read_table(path, "path")) or []:
        answered(lambda row=row: row.number("face_px"))


@seed(1)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(content=damaged(MANIFEST))
def test_manifests_of_photographs(two_classes, content):
    (two_classes / "manifest.csv").write_bytes(content)
    dataset = answered(lambda: read_dataset(two_classes))
    assert dataset is None or all(0 <= photo.face_px < 1e6 for photo in dataset.photos)


@seed(1)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_tables_of_scenes(scenes_for_fuzzing, data):
    name = data.draw(st.sampled_from(["train", "val", "manifest"]))
    for table, content in scenes_for_fuzzing.tables.items():
        (scenes_for_fuzzing.folder / f"{table}.csv").write_bytes(
            data.draw(damaged(content)) if table == name else content
        )
    found = answered(lambda: read_scenes(scenes_for_fuzzing.folder))
    for scene in found.scenes if found else []:
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        assert np.isfinite(scene.boxes).all()
        assert (sides >= 1).all()
        assert (scene.boxes[:, 2:] > 0).all()
        assert (scene.boxes[:, :2] < (160, 120)).all()


@fuzzed
@given(data=st.data())
def test_split_files(tmp_path, data):
    photos = b"path,label,split,sha256,source,face_px,face\na.png,with_mask,train,00,x,30,1 2 3 4\n"
    scenes = b'path,split,sha256,boxes,labels,unannotated,ignored\na.png,train,00,"[[1,2,3,4]]","[""face""]",0,[]\n'
    for content, read in ((photos, read_photos), (scenes, read_scene_split)):
        (tmp_path / "split.csv").write_bytes(data.draw(damaged(content)))
        answered(lambda read=read: read(tmp_path / "split.csv"))
