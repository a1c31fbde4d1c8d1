"""Broken and hostile bundles: each is refused in one sentence, and nothing is written elsewhere."""

import hashlib
import io
import json
import tarfile

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from edge.errors import UserError
from edge.releases.bundle_file import install_bundle_file
from edge.releases.bundle_tar import read_bundle_tar
from edge.releases.layout import Layout
from edge.releases.manifest import parse_manifest
from edge.releases.record import installed_releases, read_health, read_record

pytestmark = pytest.mark.fuzz

SETTINGS = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
INSTALLER = b"raise SystemExit(7)\n"
WORDS = st.sampled_from(
    [
        "",
        ".",
        "..",
        "../x",
        "/x",
        "a/b",
        "a\0b",
        "a\nb",
        "x.partial",
        "install.py",
        "manifest.json",
        "1.0+a",
        "nan",
        "-o",
    ]
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.text(max_size=5), WORDS), inner)),
    max_leaves=6,
)
KEYS = ["release", "target", "files", "version", "python", "machine", "needs", "format", "packages"]
TYPES = [bytes([kind]) for kind in range(48, 56)] + [b"S", b"x", b"g", b"L", b"K", b"\0", b"\xff"]
MEMBERS = st.lists(
    st.tuples(st.one_of(WORDS, st.text(max_size=10)), st.sampled_from(TYPES), st.binary(max_size=20)), max_size=3
)


def good_manifest():
    files = {"install.py": hashlib.sha256(INSTALLER).hexdigest()}
    return {"release": "1.0+a", "target": "trixie", "files": files}


def tar(manifest, members=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, kind, content in (
            ("manifest.json", tarfile.REGTYPE, json.dumps(manifest).encode()),
            ("install.py", tarfile.REGTYPE, INSTALLER),
            *members,
        ):
            info = tarfile.TarInfo(name.replace("\0", "_"))
            info.type, info.size = kind, len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


GOOD = tar(good_manifest())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def everything_below(folder):
    return {path for path in folder.rglob("*") if not path.is_relative_to(folder / "root")}


def refused_or_installed(place, content):
    """Installs a bundle; whether it was taken."""
    file = place / "bundle.tar"
    file.write_bytes(content)
    before = everything_below(place)
    said = ""
    try:
        status = install_bundle_file(file, place / "root")
    except UserError as error:
        status, said = 2, str(error)
    assert said.isprintable()
    assert everything_below(place) == before
    assert not list((place / "root").rglob("*"))
    return status


@seed(1)
@SETTINGS
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes(place, changes):
    content = bytearray(GOOD)
    for at, value in changes:
        content[at] = value
    assert refused_or_installed(place, bytes(content)) in (2, 7)


@seed(2)
@SETTINGS
@given(st.integers(0, len(GOOD)), st.binary(max_size=600))
def test_cut_off_and_joined(place, at, more):
    assert refused_or_installed(place, GOOD[:at] + more) in (2, 7)


@seed(3)
@SETTINGS
@given(MEMBERS)
def test_members_too_many(place, members):
    status = refused_or_installed(place, tar(good_manifest(), members))
    assert status == (2 if members else 7)


@seed(4)
@SETTINGS
@given(st.dictionaries(st.sampled_from(KEYS), JSON, min_size=1, max_size=3))
def test_odd_manifests(place, changes):
    assert refused_or_installed(place, tar(good_manifest() | changes)) in (2, 7)


@seed(5)
@SETTINGS
@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_manifests_alone(content):
    try:
        manifest = parse_manifest(content, "bundle.tar")
    except UserError:
        return
    assert "/" not in manifest.release
    assert ".." not in manifest.files


@seed(6)
@SETTINGS
@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_records_on_the_disk(place, content):
    layout = Layout(place / "board")
    folder = layout.release("1.0+a")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("release.json", "health.json"):
        (folder / name).write_bytes(content)
    with pytest.raises(UserError, match="is damaged"):
        read_record(folder)
    assert installed_releases(layout) == []
    health = read_health(folder)
    assert health is None or isinstance(health.healthy, bool)


def test_the_good_one_is_taken(place):
    (place / "good.tar").write_bytes(GOOD)
    assert read_bundle_tar(place / "good.tar").manifest.release == "1.0+a"
    assert refused_or_installed(place, GOOD) == 7
