"""Signatures of bundles, made and checked by `ssh-keygen -Y`.

A bundle is signed by signing its `manifest.json`, which holds the SHA-256 of each other file. A board with public keys
in `/etc/maskwatch/trusted_keys` installs only bundles that one of these keys has signed. A board without such keys
installs every bundle that root gives it, so ssh and sudo are its only protection.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from edge.errors import UserError
from edge.releases.layout import Layout
from edge.releases.manifest import MANIFEST, SIGNATURE

NAMESPACE = "maskwatch-bundle"
"""The namespace of our signatures, so that a signature made for another purpose is not accepted."""
SIGNER = "maskwatch"
SECONDS = 60.0


def refuse_untrusted(bundle: Path, layout: Layout) -> None:
    """Refuse an unpacked bundle that is not signed by a key that the board trusts.

    Raises:
        UserError: The board has trusted keys, and the bundle has no signature by one of them.
    """
    keys = trusted_keys(layout)
    if not keys:
        return
    if not (bundle / SIGNATURE).is_file():
        raise UserError(
            f"The bundle is not signed, and this board accepts only bundles signed by a key in {layout.trusted_keys}",
            "make it with `maskwatch-export bundle --sign KEY`",
        )
    if not is_signed(bundle, keys):
        raise UserError(
            f"The bundle is not signed by a key in {layout.trusted_keys}",
            "sign it with `maskwatch-export bundle --sign KEY`, or add the signer's public key to that file",
        )


def is_signed(bundle: Path, keys: Sequence[str]) -> bool:
    """Whether one of these public keys has signed an unpacked bundle.

    Raises:
        UserError: ssh-keygen is missing, or does not end.
    """
    with tempfile.NamedTemporaryFile("w") as signers, (bundle / MANIFEST).open("rb") as manifest:
        signers.writelines(f'{SIGNER} namespaces="{NAMESPACE}" {key}\n' for key in keys)
        signers.flush()
        command = ["ssh-keygen", "-Y", "verify", "-q", "-f", signers.name, "-I", SIGNER, "-n", NAMESPACE]
        command += ["-s", str(bundle / SIGNATURE)]
        try:
            done = subprocess.run(command, stdin=manifest, capture_output=True, timeout=SECONDS, check=False)
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            raise UserError(
                "The bundle's signature cannot be checked", "run `sudo apt install openssh-client`"
            ) from error
    return done.returncode == 0


def refuse_unsigned_model(name: str, layout: Layout) -> None:
    """Refuse a model alone, which has no signature, if the board has trusted keys.

    Raises:
        UserError: The board has trusted keys.
    """
    if trusted_keys(layout):
        raise UserError(
            f"{name} is not signed, and this board accepts only what a key in {layout.trusted_keys} has signed",
            f"put it into a bundle with `maskwatch-export bundle --model {name} --sign KEY`",
        )


def trusted_keys(layout: Layout) -> list[str]:
    """The public keys that the board trusts.

    Raises:
        UserError: The file cannot be read.
    """
    try:
        text = layout.trusted_keys.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UserError(f"{layout.trusted_keys} cannot be read", "put one ssh public key on each line") from error
    return listed_keys(text)


def listed_keys(text: str) -> list[str]:
    """The public keys in a file of trusted keys: one on each line; lines that begin with "#" are comments."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
