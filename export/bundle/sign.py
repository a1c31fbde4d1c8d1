"""Signing a bundle with an ssh key, for boards that install only bundles signed with a trusted key."""

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from edge.errors import UserError
from edge.releases.signature import NAMESPACE
from export.bundle.bundle import Bundle


def signed(bundle: Bundle, key: Path) -> Bundle:
    """The bundle with a signature of its manifest, which holds the digests of all other files.

    Args:
        bundle: What to sign.
        key: File of an ssh private key, or of a public key whose private one ssh-agent has. Its passphrase, or a touch
            of a security key, is asked for by `ssh-keygen`.

    Raises:
        UserError: The key cannot be used, or ssh-keygen is missing.
    """
    key = key.expanduser()
    if not key.is_file():
        raise UserError(f"There is no key {key}", "name a private key such as ~/.ssh/id_ed25519")
    if not shutil.which("ssh-keygen"):
        raise UserError("The program ssh-keygen is missing", "run `sudo apt install openssh-client`")
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder, "manifest.json")
        manifest.write_bytes(bundle.manifest_json())
        command = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(manifest)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        signature = manifest.with_name("manifest.json.sig")
        if done.returncode or not signature.is_file():
            why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise UserError(f"{key} cannot sign the bundle ({why})", "name an ssh private key")
        return replace(bundle, signature=signature.read_bytes())
