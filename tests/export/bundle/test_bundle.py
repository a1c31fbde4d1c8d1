import io
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from edge.errors import UserError
from edge.releases.bundle_file import install_bundle_file
from edge.releases.bundle_tar import read_bundle_tar
from export.bundle.bundle import make_bundle, pack_bundle, refuse_place, save_bundle
from export.bundle.program import PACKAGES, build_program
from export.bundle.sign import signed
from export.bundle.target import SOURCE, TARGETS
from export.cli import main


def write_wheel(file, *members):
    with zipfile.ZipFile(file, "w") as wheel:
        for member in members:
            wheel.writestr(member, "")
    return file


def test_its_parts_are_those_of_the_manifest(bundle, tmp_path):
    file = save_bundle(bundle, tmp_path)
    with tarfile.open(file) as archive:
        assert set(archive.getnames()) == {"manifest.json", *read_bundle_tar(file).manifest.files}
    assert {"install.py", "maskwatch.toml", "systemd/maskwatch.service"} < bundle.files.keys()


def test_its_name_tells_version_content_and_target(bundle):
    assert bundle.name == f"maskwatch-{bundle.manifest['release']}-here.tar"
    assert bundle.manifest["release"].startswith(f"{bundle.manifest['version']}+")


def test_another_content_is_another_release(bundle, program, here, tmp_path):
    other = write_wheel(tmp_path / "other-1.0-py3-none-any.whl", "other.py")
    assert pack_bundle(here, [program, other]).manifest["release"] != bundle.manifest["release"]


def test_the_tar_tells_nothing_of_who_made_it_and_when(bundle):
    with tarfile.open(fileobj=io.BytesIO(bundle.tar())) as archive:
        assert {(one.uid, one.gid, one.uname, one.mtime, one.mode) for one in archive} == {(0, 0, "", 0, 0o644)}


def test_the_wheel_holds_what_runs_on_a_device_and_no_command_without_its_code(program):
    with zipfile.ZipFile(program) as wheel:
        names = wheel.namelist()
        commands = next(wheel.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"edge"}
    assert commands.split() == ["[console_scripts]", "maskwatch", "=", "edge.cli:entry"]


def test_models_are_in_our_wheel_and_nowhere_else(bundle, program):
    with zipfile.ZipFile(program) as wheel:
        assert "edge/models/door_cnn.tflite" in wheel.namelist()
    assert not [name for name in bundle.files if name.endswith(".tflite")]


@pytest.mark.slow
def test_another_model_takes_the_place_of_the_shipped_one(tmp_path, monkeypatch):
    seed = SOURCE / "edge/models/seed_cnn.tflite"
    monkeypatch.setattr("export.bundle.bundle.locked_wheels", lambda _: [])
    made = make_bundle(TARGETS["trixie"], models=[seed])
    (wheel,) = (content for name, content in made.files.items() if name.endswith(".whl"))
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        assert archive.read("edge/models/door_cnn.tflite") == seed.read_bytes()


def test_two_models_of_a_kind_are_refused():
    models = [SOURCE / f"edge/models/{name}.tflite" for name in ("door_cnn", "seed_cnn")]
    with pytest.raises(UserError, match=r"seed_cnn\.tflite is a second classifier: name one model of a kind"):
        make_bundle(TARGETS["trixie"], models=models)


@pytest.mark.slow
def test_the_same_source_gives_the_same_bytes(program, bundle, here, tmp_path):
    again = build_program(tmp_path / "again")
    assert again.read_bytes() == program.read_bytes()
    assert pack_bundle(here, [again]).tar() == bundle.tar()


def test_building_leaves_no_trace_in_the_source(tmp_path):
    source = tmp_path / "source"
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        source.mkdir(exist_ok=True)
        shutil.copy(SOURCE / name, source)
    for package in PACKAGES:
        (source / package).mkdir()
        (source / package / "__init__.py").touch()
    before = sorted(source.rglob("*"))
    build_program(tmp_path / "built", source=source)
    assert sorted(source.rglob("*")) == before


def test_a_wheel_that_wants_to_be_more_than_unpacked_is_refused(program, here, tmp_path):
    wheel = write_wheel(tmp_path / "other-1.0-py3-none-any.whl", "other-1.0.data/scripts/other")
    with pytest.raises(UserError, match="wants more than to be unpacked"):
        pack_bundle(here, [program, wheel])


def test_a_build_tool_that_is_too_old_is_named(tmp_path):
    old = {Path("setuptools.py"): b'__version__ = "65.5.0"'}
    with pytest.raises(UserError, match=r"\(setuptools 77 or newer is needed, and this is 65\.5\.0\)"):
        build_program(tmp_path / "wheel", instead=old)


def test_a_file_of_the_clone_that_cannot_be_copied_is_named_once(tmp_path):
    source = tmp_path / "clone"
    shutil.copytree(SOURCE / "edge", source / "edge")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(SOURCE / name, source / name)
    for name in ("lost", "gone"):
        (source / "edge" / f"{name}.py").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"edge/\w+.py cannot be copied to .* \(.*No such file") as error:
        build_program(tmp_path / "build", source=source)
    assert str(error.value).count("cannot be copied") == 1


def test_away_from_a_clone_it_says_what_it_needs(tmp_path):
    with pytest.raises(UserError, match="from a clone of the repository"):
        build_program(tmp_path / "wheel", source=tmp_path)


@pytest.mark.parametrize(("out", "says"), [("good.toml", "is a file"), ("good.toml/x.tar", "is a file")])
def test_an_impossible_place_is_refused_before_anything_is_built(tmp_path, capsys, monkeypatch, out, says):
    monkeypatch.setattr("export.bundle.bundle.make_bundle", None)
    (tmp_path / "good.toml").touch()
    assert main(["bundle", "-o", str(tmp_path / out)]) == 2
    assert says in capsys.readouterr().err


def test_a_place_that_takes_no_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="Nothing can be written to /proc"):
        refuse_place(Path("/proc/x.tar"))
    (tmp_path / "x.tar").mkdir()
    with pytest.raises(UserError, match="is a folder"):
        refuse_place(tmp_path / "x.tar")


def test_a_file_that_is_there_is_only_replaced_by_force(tmp_path):
    (tmp_path / "kept.tar").write_bytes(b"a memory")
    with pytest.raises(UserError, match="exists: name another file with -o, or replace it with --force"):
        refuse_place(tmp_path / "kept.tar")
    refuse_place(tmp_path / "kept.tar", force=True)


def test_looking_at_a_place_leaves_nothing_there(tmp_path):
    refuse_place(tmp_path / "new/folder")
    refuse_place(tmp_path / "new/x.tar")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "no.tar").write_text("nothing")
    with pytest.raises(UserError, match="is no bundle"):
        read_bundle_tar(tmp_path / "no.tar")


def test_a_bundle_that_was_cut_off_is_damaged(bundle, tmp_path):
    file = save_bundle(bundle, tmp_path)
    os.truncate(file, file.stat().st_size * 3 // 4)
    with pytest.raises(UserError, match=r"is damaged \(wheels/maskwatch-.*\.whl\): copy it again"):
        read_bundle_tar(file)


@pytest.mark.parametrize("name", ["install.py", "systemd/maskwatch.service", "wheels/maskwatch-"])
def test_a_flipped_bit_is_found_wherever_it_is(bundle, tmp_path, name):
    file = save_bundle(bundle, tmp_path)
    with tarfile.open(file) as archive:
        start = next(member.offset_data for member in archive if member.name.startswith(name))
    content = bytearray(file.read_bytes())
    content[start + 100] ^= 1
    file.write_bytes(content)
    with pytest.raises(UserError, match=rf"is damaged \({name}"):
        read_bundle_tar(file)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_the_manifest_says_for_which_python(target, program):
    manifest = json.loads(json.dumps(pack_bundle(target, [program]).manifest))
    assert (manifest["python"], manifest["machine"]) == (target.python, "aarch64")
    assert manifest["needs"].keys() == {"numpy", "gpiozero", "lgpio"}


@pytest.fixture
def ssh_keygen():
    if not shutil.which("ssh-keygen"):
        pytest.skip("not run, because ssh-keygen (openssh-client) is missing")


@pytest.fixture
def key(ssh_keygen, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    return tmp_path / "key"


def test_a_signed_bundle_is_installed_where_its_key_is_trusted(bundle, key, tmp_path):
    trusted = tmp_path / "root/etc/maskwatch/trusted_keys"
    trusted.parent.mkdir(parents=True)
    shutil.copy(key.with_suffix(".pub"), trusted)
    with pytest.raises(UserError, match="is not signed"):
        install_bundle_file(save_bundle(bundle, tmp_path), tmp_path / "root")
    assert install_bundle_file(save_bundle(signed(bundle, key), tmp_path), tmp_path / "root") == 0


def test_a_signature_changes_nothing_else(bundle, key, tmp_path):
    with_it = read_bundle_tar(save_bundle(signed(bundle, key), tmp_path / "a"))
    assert with_it.manifest == read_bundle_tar(save_bundle(bundle, tmp_path / "b")).manifest
    assert signed(bundle, key).tar() == signed(bundle, key).tar()


def test_a_key_that_is_not_there_is_refused(bundle, tmp_path):
    with pytest.raises(UserError, match="There is no key"):
        signed(bundle, tmp_path / "missing")


@pytest.mark.usefixtures("ssh_keygen")
def test_a_key_that_cannot_sign_is_refused(bundle, tmp_path):
    (tmp_path / "no.key").write_text("no key")
    with pytest.raises(UserError, match="cannot sign the bundle"):
        signed(bundle, tmp_path / "no.key")
