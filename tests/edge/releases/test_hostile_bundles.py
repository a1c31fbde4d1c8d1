"""Bundles from outside: what they name stays inside, and what is odd is refused in a sentence."""

import io
import json
import os
import tarfile

import pytest

from edge.errors import UserError
from edge.releases.bundle_file import install_bundle_file
from edge.releases.bundle_tar import read_bundle_tar
from edge.releases.install import install_bundle
from edge.releases.record import installed_releases

from .board import write_bundle
from .odd import ODD_NAMES, ODD_VALUES, digest


def manifest_of(files, **changes):
    listed = {name: digest(content) for name, content in files.items()}
    return {"release": "1.0+a", "target": "trixie", "files": listed} | changes


def member(name, content=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


@pytest.fixture
def pack(tmp_path):
    """Writes a tar with a manifest and these members."""

    def pack(manifest, *members, form=tarfile.USTAR_FORMAT):
        file = tmp_path / "bundle.tar"
        content = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        with tarfile.open(file, "w", format=form) as archive:
            for info, data in (member("manifest.json", content), *members):
                archive.addfile(info, io.BytesIO(data))
        return file

    return pack


INSTALLER = b"import sys; sys.exit(7)"


@pytest.mark.parametrize("name", [*ODD_NAMES, *ODD_VALUES])
def test_a_bundle_for_an_odd_release_is_refused(pack, tmp_path, name):
    file = pack(manifest_of({"install.py": INSTALLER}, release=name), member("install.py", INSTALLER))
    with pytest.raises(UserError, match=r'is no bundle \("release" in its manifest\.json cannot be used\)'):
        install_bundle_file(file, tmp_path / "root")
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize(
    "changes",
    [
        *({"files": value} for value in (*ODD_VALUES, {"../x": "0" * 64}, {"/x": "0" * 64}, {"x": "0"}, {"x": None})),
        *({"files": {"manifest.json": "0" * 64}}, {"target": "../x"}, {"target": ""}, {"target": None}),
        *({"needs": value} for value in ([1], {"": "p"}, {"a.b": "p"}, {"numpy": "x; rm -rf /"}, {"numpy": "-o"})),
        *({"python": "3.11; x"}, {"python": 3.11}, {"version": "../1"}, {"machine": "x y"}),
    ],
)
def test_a_manifest_with_an_odd_value_is_refused(pack, changes):
    with pytest.raises(UserError, match=r"is no bundle \("):
        read_bundle_tar(pack(manifest_of({"install.py": INSTALLER}) | changes, member("install.py", INSTALLER)))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"5", b"\xff", b'{"files":' + b"[" * 100_000, b"1" * 5000])
def test_a_manifest_that_is_none_is_refused(pack, content):
    with pytest.raises(UserError, match="is no bundle"):
        read_bundle_tar(pack(content))


@pytest.mark.parametrize(
    "odd",
    [
        member("pipe", type=tarfile.FIFOTYPE),
        member("device", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("link", type=tarfile.SYMTYPE, linkname="/etc/hostname"),
        member("hard", type=tarfile.LNKTYPE, linkname="install.py"),
        member("folder", type=tarfile.DIRTYPE),
        member("install.py", type=tarfile.FIFOTYPE),
        member("manifest.json", type=tarfile.FIFOTYPE),
        member("install.py", INSTALLER),
    ],
)
def test_members_that_are_no_plain_files_or_come_twice_are_refused(pack, odd):
    file = pack(manifest_of({"install.py": INSTALLER}), member("install.py", INSTALLER), odd)
    with pytest.raises(UserError, match="is no bundle"):
        read_bundle_tar(file)


@pytest.mark.parametrize("name", ["strange", "../evil", "/tmp/evil", "a\x1bb"])
def test_members_that_the_manifest_does_not_list_are_refused(pack, tmp_path, name):
    file = pack(manifest_of({"install.py": INSTALLER}), member("install.py", INSTALLER), member(name, b"x"))
    with pytest.raises(UserError, match="is damaged") as refused:
        install_bundle_file(file, tmp_path / "root")
    assert "\x1b" not in str(refused.value)
    assert not (tmp_path / "root").exists()


def test_a_sparse_file_of_200_gigabytes_is_refused_at_once(pack):
    info = tarfile.TarInfo("pad")
    info.size, info.type = 512, tarfile.GNUTYPE_SPARSE
    with pytest.raises(UserError, match="something else than plain files"):
        read_bundle_tar(pack(manifest_of({"pad": b""}), (info, b"a" * 512), form=tarfile.GNU_FORMAT))


def test_a_size_that_is_a_lie_is_found_without_the_memory_for_it(pack):
    file = pack(manifest_of({"install.py": INSTALLER}))
    info = tarfile.TarInfo("install.py")
    info.size = 200 << 30
    content = file.read_bytes().rstrip(b"\0")
    file.write_bytes(content.ljust(-(-len(content) // 512) * 512, b"\0") + info.tobuf(tarfile.GNU_FORMAT) + INSTALLER)
    with pytest.raises(UserError, match=r"damaged \(install\.py\)"):
        read_bundle_tar(file)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "bundle.tar")
    with pytest.raises(UserError, match="is no file"):
        read_bundle_tar(tmp_path / "bundle.tar")


@pytest.mark.parametrize("missing", ["version", "python", "machine"])
def test_a_bundle_that_says_too_little_is_refused(board, tmp_path, missing):
    bundle = write_bundle(tmp_path / "bundle", "1.0+a")
    manifest = json.loads((bundle / "manifest.json").read_text())
    del manifest[missing]
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=f"lacks {missing}"):
        install_bundle(bundle, board.system())


@pytest.mark.parametrize("content", [b"no zip", b"PK\x03\x04", b""])
def test_a_wheel_that_is_none_is_refused(board, tmp_path, content):
    bundle = write_bundle(tmp_path / "bundle", "1.0+a")
    (bundle / "wheels/other-1-py3-none-any.whl").write_bytes(content)
    with pytest.raises(UserError, match="in the bundle is not a wheel"):
        install_bundle(bundle, board.system())
    assert installed_releases(board.layout) == []


def test_settings_that_the_service_would_refuse_are_refused_before_anything_changes(board, install):
    board.layout.settings.parent.mkdir(parents=True)
    board.layout.settings.write_text("[alarm]\nled_pni = 17\n")
    with pytest.raises(UserError, match='did you mean "led_pin"'):
        install(board, "1.0+a")
    assert installed_releases(board.layout) == []
