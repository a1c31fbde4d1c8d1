"""Bundles and records from outside: what they name stays inside, and what is odd is refused in a sentence."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

import pytest

from edge.errors import UserError
from edge.releases.bundle_file import install_bundle_file
from edge.releases.bundle_tar import read_bundle_tar
from edge.releases.command import show_releases
from edge.releases.install import install_bundle
from edge.releases.manifest import is_release_name
from edge.releases.record import installed_releases, linked_release, read_health
from export.bundle.target import SOURCE

from .board import write_bundle

ODD_NAMES = [
    "",
    ".",
    "..",
    "../../escaped",
    "a/b",
    "/tmp/absolute",
    "a\nb",
    "a\0b",
    "\x1b[31m",
    "x.partial",
    "-a",
    "x" * 300,
]
ODD_VALUES = [None, 5, True, [], {}, ["a"]]


def digest(content):
    return hashlib.sha256(content).hexdigest()


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


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_no_release_s(name):
    assert not is_release_name(name)


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


# The installer, which runs before anything of the bundle can be believed.


@pytest.fixture
def unpacked(tmp_path):
    """An unpacked bundle with the real installer, made by hand."""
    bundle = write_bundle(tmp_path / "bundle", "1.0+a")
    installer = (SOURCE / "export/bundle/install.py").read_bytes()
    (bundle / "install.py").write_bytes(installer)
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["files"]["install.py"] = digest(installer)
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    return bundle


def run_installer(bundle, root):
    command = [sys.executable, bundle / "install.py", "--root", root]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=bundle)


@pytest.mark.parametrize("module", ["hashlib", "json", "argparse", "pathlib", "os", "stat", "edge"])
def test_the_installer_imports_nothing_of_its_own_folder(unpacked, tmp_path, module):
    (unpacked / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    done = run_installer(unpacked, tmp_path / "root")
    assert (done.returncode, done.stderr.split(",")[0]) == (2, f"maskwatch: The bundle holds {module}.py")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", ["pipe", "link", "link to a folder", "listed link"])
def test_the_installer_refuses_what_is_no_plain_file(unpacked, tmp_path, kind):
    match kind:
        case "pipe":
            os.mkfifo(unpacked / "odd")
        case "link":
            (unpacked / "odd").symlink_to("install.py")
        case "link to a folder":
            (unpacked / "odd").symlink_to("/")
        case "listed link":
            (unpacked / "maskwatch.toml").rename(tmp_path / "elsewhere")
            (unpacked / "maskwatch.toml").symlink_to(tmp_path / "elsewhere")
    done = run_installer(unpacked, tmp_path / "root")
    assert done.returncode == 2
    assert "which is no plain file" in done.stderr


def test_the_installer_does_not_wait_for_a_manifest_that_is_a_pipe(unpacked, tmp_path):
    (unpacked / "manifest.json").unlink()
    os.mkfifo(unpacked / "manifest.json")
    assert run_installer(unpacked, tmp_path / "root").returncode == 2


@pytest.mark.parametrize("name", ["../../../../../../etc/hostname", "/etc/hostname"])
def test_the_installer_reads_nothing_outside_its_folder(unpacked, tmp_path, name):
    manifest = json.loads((unpacked / "manifest.json").read_text())
    manifest["files"][name] = "0" * 64
    (unpacked / "manifest.json").write_text(json.dumps(manifest))
    assert f"The bundle lacks {name}" in run_installer(unpacked, tmp_path / "root").stderr


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
    with pytest.raises(UserError, match="in the bundle is no wheel"):
        install_bundle(bundle, board.system())
    assert installed_releases(board.layout) == []


def test_settings_that_the_service_would_refuse_are_refused_before_anything_changes(board, install):
    board.layout.settings.parent.mkdir(parents=True)
    board.layout.settings.write_text("[alarm]\nled_pni = 17\n")
    with pytest.raises(UserError, match='did you mean "led_pin"'):
        install(board, "1.0+a")
    assert installed_releases(board.layout) == []


# What lies on the board's disk.


@pytest.fixture
def damage(board, install):
    """Changes the record of a release that is installed beside another."""
    install(board, "1.0+a")
    install(board, "1.0+b")

    def damage(content):
        record = board.layout.release("1.0+a") / "release.json"
        if isinstance(content, dict):
            content = json.dumps(json.loads(record.read_text()) | content).encode()
        record.write_bytes(content)

    return damage


@pytest.mark.parametrize(
    "content",
    [
        *({"name": name} for name in (*ODD_NAMES, *ODD_VALUES, "1.0+b")),
        *(
            {key: value}
            for key in ("version", "target", "program", "installed_at")
            for value in ("\x1b[2J", *ODD_VALUES)
        ),
        *({"models": value} for value in (None, 5, [], {"../x": {"network": "n", "sha256": "0" * 64}})),
        *({"models": {"classifier": value}} for value in (None, {}, {"network": 5, "sha256": ""})),
        *({"models": {"classifier": {"network": "n\n", "sha256": "0" * 64}}}, {"more": 1}),
        *(b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"5"),
    ],
)
def test_a_damaged_record_is_said_to_be_and_is_no_release(board, damage, content):
    damage(content)
    out = io.StringIO()
    show_releases(board.layout, out)
    assert "is damaged (release.json): install another release, then remove that folder." in out.getvalue()
    assert [record.name for record in installed_releases(board.layout)] == ["1.0+b"]


def test_no_record_has_a_folder_elsewhere_removed(board, install):
    precious = board.layout.root / "opt/precious"
    precious.mkdir(parents=True)
    for number in range(3):
        folder = board.layout.releases / f"old{number}"
        folder.mkdir(parents=True)
        record = {"name": "../../precious", "version": "1", "target": "t", "program": "p", "models": {}}
        (folder / "release.json").write_text(json.dumps(record | {"installed_at": f"2020-01-0{number + 1}"}))
    for letter in "abcde":
        install(board, f"1.0+{letter}")
    assert precious.is_dir()


@pytest.mark.parametrize("to", ["..", "/", "../../precious/..", "a b"])
def test_a_link_that_names_no_release_is_none(board, to):
    board.layout.current.parent.mkdir(parents=True)
    board.layout.current.symlink_to(to)
    assert linked_release(board.layout.current) is None


@pytest.mark.parametrize(
    "content", [b"[]", b"5", b"{", b'{"healthy": "x"}', b'{"healthy": true, "why": [1]}', b"[" * 99999]
)
def test_a_damaged_word_on_health_is_none(board, damage, content):
    (board.layout.release("1.0+a") / "health.json").write_bytes(content)
    assert read_health(board.layout.release("1.0+a")) is None
