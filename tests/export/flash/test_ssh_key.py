"""A key is decoded before a person is told to log in with it."""

import base64
import random
import shutil
import subprocess

import pytest

from edge.errors import UserError
from export.flash.ssh_key import key_fault, read_public_key

KINDS = [("ed25519", ""), ("rsa", "1024"), ("rsa", "3072"), *(("ecdsa", bits) for bits in ("256", "384", "521"))]


def field(content):
    return len(content).to_bytes(4, "big") + content


def line(kind, *fields):
    return f"{kind} {base64.b64encode(b''.join(map(field, (kind.encode(), *fields)))).decode()}"


WHOLE = line("ssh-ed25519", bytes(range(32)))
P256 = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""The generator of NIST's P-256, so a point of it."""


@pytest.mark.parametrize(
    "key",
    [
        WHOLE,
        f"{WHOLE} anna@desk",
        f"{WHOLE}\tanna at her desk",
        line("ecdsa-sha2-nistp256", b"nistp256", P256),
        line("ssh-rsa", b"\x01\x00\x01", b"\0" + b"\xff" * 128),
        line("sk-ssh-ed25519@openssh.com", bytes(32), b"ssh:"),
        line("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", P256, b"ssh:"),
    ],
)
def test_a_whole_key_is_taken(key):
    assert key_fault(key) == ""


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (WHOLE[:-10], "cut off or changed"),
        (WHOLE[:-1], "cut off or changed"),
        (WHOLE[:30] + WHOLE[31:], "cut off or changed"),
        (f"ssh-rsa {WHOLE.split()[1]}", "not of the type ssh-rsa"),
        (line("ssh-ed25519", bytes(31)), "cut off or changed"),
        (line("ssh-ed25519", bytes(32), b"more"), "cut off or changed"),
        (line("ssh-rsa", b"\x01\x00\x01", b"\x00\xff"), "cut off or changed"),
        (line("ssh-rsa", b"\x01\x00\x01"), "cut off or changed"),
        (line("ecdsa-sha2-nistp256", b"nistp256", P256[:-1] + b"\xf6"), "cut off or changed"),
        (line("ecdsa-sha2-nistp256", b"nistp384", P256), "cut off or changed"),
        (line("ssh-dss", b"a", b"b", b"c", b"d"), "cannot be used to log in"),
        (f"{WHOLE}\n{WHOLE}", "not one line"),
        (f"{WHOLE} a\x1b[2Jb", "not one line"),
        (f'command="reboot" {WHOLE}', "not one line"),
        ("ssh-ed25519", "not one line"),
        ("", "not one line"),
    ],
)
def test_a_broken_key_is_refused_with_the_reason(key, says):
    assert says in key_fault(key)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_line_ends_do_not_matter(tmp_path, begin, end):
    (tmp_path / "id.pub").write_bytes(f"{begin}{WHOLE}{end}".encode())
    assert read_public_key(tmp_path / "id.pub") == WHOLE


def test_a_broken_key_writes_nothing(tmp_path, flash, card, system, bundle, capsys):
    (tmp_path / "id.pub").write_text(WHOLE[:-10])
    assert flash("--card", card, "--bundle", bundle(system), "--ssh-key", tmp_path / "id.pub").status == 2
    assert "was cut off or changed" in capsys.readouterr().err
    assert card.names("maskwatch") == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "bits"), KINDS)
def test_it_agrees_with_ssh_keygen_on_keys_that_were_changed(tmp_path, kind, bits):
    if not shutil.which("ssh-keygen"):
        pytest.skip("not run, because ssh-keygen (openssh-client) is missing")
    size = ["-b", bits] if bits else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-f", tmp_path / "id"], check=True)
    whole = read_public_key(tmp_path / "id.pub")
    random_numbers = random.Random(f"{kind}{bits}")
    for _ in range(60):
        at = random_numbers.randrange(len(whole.split()[0]) + 1, len(whole.split()[0]) + len(whole.split()[1]))
        changed = random_numbers.choice([whole[:at], whole[:at] + whole[at + 1 :], whole[:at] + "A" + whole[at + 1 :]])
        (tmp_path / "changed.pub").write_text(changed + "\n")
        said = subprocess.run(["ssh-keygen", "-lf", tmp_path / "changed.pub"], capture_output=True, check=False)
        if said.returncode:
            with pytest.raises(UserError):
                read_public_key(tmp_path / "changed.pub")
        else:
            assert read_public_key(tmp_path / "changed.pub") == changed
