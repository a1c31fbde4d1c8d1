"""A board with trusted keys accepts only what one of them has signed."""

import shutil
import subprocess

import pytest

from edge.errors import UserError
from edge.releases.install import install_bundle
from edge.releases.model import install_model
from edge.releases.record import installed_releases

from .board import write_bundle


@pytest.fixture
def keys(tmp_path):
    """Makes keys by name; gives the private one's file."""
    if not shutil.which("ssh-keygen"):
        pytest.skip("not run, because ssh-keygen (openssh-client) is missing")

    def make(name, kind="ed25519"):
        file = tmp_path / name
        if not file.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", file], check=True)
        return file

    return make


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "bundle", "1.0+a")


def trust(board, *lines):
    board.layout.trusted_keys.parent.mkdir(parents=True, exist_ok=True)
    board.layout.trusted_keys.write_text("".join(f"{line}\n" for line in lines))


def public(key):
    return key.with_name(f"{key.name}.pub").read_text().strip()


def sign(bundle, key, namespace="maskwatch-bundle"):
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace, bundle / "manifest.json"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_a_signature_by_a_trusted_key_is_taken(board, bundle, keys, kind):
    trust(board, "# Those who may release", "", public(keys("ben")), public(keys("anna", kind)))
    sign(bundle, keys("anna", kind))
    assert install_bundle(bundle, board.system()) == 0


def test_without_trusted_keys_none_is_needed(board, bundle):
    trust(board, "# nobody")
    assert install_bundle(bundle, board.system()) == 0


def test_an_unsigned_bundle_is_refused(board, bundle, keys):
    trust(board, public(keys("anna")))
    with pytest.raises(UserError, match=r"is not signed, and this board accepts only .*--sign KEY"):
        install_bundle(bundle, board.system())
    assert installed_releases(board.layout) == []


@pytest.mark.parametrize("wrong", ["another's", "another purpose", "changed afterwards", "damaged", "odd line"])
def test_another_signature_is_refused(board, bundle, keys, wrong):
    trust(board, "nonsense" if wrong == "odd line" else public(keys("anna")))
    sign(
        bundle,
        keys("ben" if wrong == "another's" else "anna"),
        "file" if wrong == "another purpose" else "maskwatch-bundle",
    )
    if wrong == "changed afterwards":
        manifest = bundle / "manifest.json"
        manifest.write_text(manifest.read_text().replace("1.0+a", "1.0+b"))
    if wrong == "damaged":
        (bundle / "manifest.json.sig").write_text("no signature")
    with pytest.raises(UserError, match="is not signed by a key in"):
        install_bundle(bundle, board.system())
    assert installed_releases(board.layout) == []


def test_a_board_without_ssh_keygen_says_so(board, bundle, keys, monkeypatch):
    trust(board, public(keys("anna")))
    sign(bundle, keys("anna"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="install openssh-client"):
        install_bundle(bundle, board.system())


def test_a_model_alone_has_no_signature(board, keys, shipped_model):
    trust(board, public(keys("anna")))
    with pytest.raises(UserError, match=r"is not signed.*bundle --model door_cnn\.tflite --sign KEY"):
        install_model(shipped_model, board.system())
