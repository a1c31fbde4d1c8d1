"""The keys that a card trusts: a board that trusts keys installs only bundles that one of them has signed."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from edge.errors import UserError
from edge.releases.bundle_tar import read_bundle_tar
from edge.releases.signature import is_signed, listed_keys
from export.flash.bundle_file import BundleFile
from export.flash.partition import BootPartition
from export.flash.plan import TRUSTED


def keys_on(partition: BootPartition) -> list[str]:
    """The public keys that a card trusts already, none where it trusts none."""
    return listed_keys(partition.read(TRUSTED).decode(errors="replace")) if partition.holds(TRUSTED) else []


def refuse_unsigned(bundle: BundleFile | None, keys: Sequence[str], sign: Path | None) -> None:
    """Refuse what the board would refuse at every boot.

    Args:
        bundle: The bundle, None if it is yet to be made.
        keys: The public keys that the card trusts or will trust.
        sign: The key that signs a bundle that is made now.

    Raises:
        UserError: The card trusts keys, and none of them has signed the bundle or would sign it.
    """
    if not keys or (bundle is None and sign):
        return
    if bundle is None:
        raise UserError(
            "The card trusts keys, so the board installs only bundles that are signed",
            "add --sign KEY, or name a signed one with --bundle",
        )
    with tempfile.TemporaryDirectory() as folder:
        read_bundle_tar(bundle.path).unpack(Path(folder))
        if not is_signed(Path(folder), keys):
            raise UserError(
                f"No key that the card trusts has signed {bundle.name}, so the board would refuse it at every boot",
                "make it with --sign KEY and the private half of such a key, or trust its signer's with --trust",
            )
