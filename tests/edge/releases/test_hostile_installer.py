"""A bundle's installer, which runs before anything of the bundle can be believed."""

import json
import os
import subprocess
import sys

import pytest

from export.bundle.target import SOURCE

from .board import write_bundle
from .odd import digest


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
