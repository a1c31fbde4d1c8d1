"""The installer in a bundle, run as a device runs it: by a Python with the standard library and nothing else."""

import subprocess
import sys

import pytest

from edge.releases.layout import Layout
from edge.releases.record import linked_release
from export.bundle.install import find_damage

PROGRAM = "opt/maskwatch/current/bin/maskwatch"


def install(unpacked, root):
    command = [sys.executable, "-I", "-S", unpacked / "install.py", "--root", root]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(unpack, tmp_path_factory):
    """A device's root with the bundle installed."""
    folder = tmp_path_factory.mktemp("installed")
    done = install(unpack(folder), folder / "root")
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "root"


def test_it_installs_with_the_standard_library_alone(installed, bundle):
    assert linked_release(Layout(installed).current) == bundle.manifest["release"]


def test_what_it_installs_runs(installed, bundle):
    command = [sys.executable, "-sP", installed / PROGRAM, "releases", "--root", installed]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=installed).stdout
    assert shown.splitlines()[1].split()[:2] == [bundle.manifest["release"], "here"]


def test_the_launcher_s_python_is_the_operating_system_s(installed):
    assert (installed / PROGRAM).read_text().startswith("#!/usr/bin/python3 -sP\n")
    assert (installed / PROGRAM).stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", ["systemd/maskwatch.service", "wheels"])
def test_a_flipped_bit_stops_it_before_anything_is_touched(unpacked, tmp_path, name):
    file = next((unpacked / "wheels").iterdir()) if name == "wheels" else unpacked / name
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    done = install(unpacked, tmp_path / "root")
    assert done.returncode == 2
    assert done.stderr.startswith(f"maskwatch: The bundle's {file.relative_to(unpacked)} is damaged: copy the bundle")
    assert not (tmp_path / "root").exists()


def test_a_missing_file_is_named(unpacked):
    (unpacked / "maskwatch.toml").unlink()
    assert find_damage(unpacked) == "The bundle lacks maskwatch.toml"


def test_a_file_too_many_is_named(unpacked):
    (unpacked / "wheels/other.whl").touch()
    assert "holds wheels/other.whl" in find_damage(unpacked)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"files": {"'])
def test_a_damaged_manifest_is_said_to_be(unpacked, content):
    (unpacked / "manifest.json").write_text(content)
    assert find_damage(unpacked) == "The bundle's manifest.json is missing or damaged"
