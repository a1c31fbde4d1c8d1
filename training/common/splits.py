"""Which pictures are for training, which for choosing, and which for the final test."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

SPLITS = ("train", "val", "test")

SPLIT_BOUNDS = (0.8, 0.9)
"""Where `train` and `val` end on the unit line onto which clusters are hashed."""

FOLDERS = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
}  # fmt: skip
"""Names of folders and tables, in lower case, and the split that they hold."""

AUGMENTED = ".rf."
"""Roboflow puts this between the name of a picture and the number of its augmented copy."""


@dataclass(frozen=True)
class Member:
    """A picture that is to be split."""

    cluster: str
    """Pictures of one cluster, near-duplicates, stay together."""
    position: float
    """Where the cluster falls on the unit line, always the same."""
    labels: frozenset[str]
    """The labels that every split should have."""


def training_set_digest(sha256s: Iterable[str]) -> str:
    """SHA-256 over the sorted SHA-256 of the training split's files, hexadecimal."""
    return hashlib.sha256("\n".join(sorted(sha256s)).encode()).hexdigest()


def split_of_folders(path: PurePath) -> str | None:
    """The split that a path, relative to the data's folder, names in one of its folders."""
    return next((FOLDERS[part.lower()] for part in path.parts[:-1] if part.lower() in FOLDERS), None)


def cluster_of(path: PurePath, sha256: str) -> str:
    """The cluster of a picture about which nothing else is known: its content, or the source of augmented copies."""
    return f"{path.parent.name}/{path.name.split(AUGMENTED)[0]}" if AUGMENTED in path.name else sha256


def position(cluster: str) -> float:
    """Where a cluster falls on the unit line, always the same."""
    return int.from_bytes(hashlib.sha256(cluster.encode("utf-8", "surrogateescape")).digest()[:4]) / 2**32


def split_by_content(members: Sequence[Member]) -> list[str]:
    """The split of each picture: by its cluster alone, unless a label would then be missing from a split.

    With few pictures chance leaves a label out of a split now and then. The clusters of `train` that lie nearest to the
    end are then moved until each split has a tenth of each label; a split that cannot be completed stays as it is.
    """
    splits = {member.cluster: _split_at(member.position) for member in members}
    if _missing(members, splits):
        for label in sorted({label for member in members for label in member.labels}):
            for split in SPLITS[1:]:
                _complete(members, splits, label, split)
    return [splits[member.cluster] for member in members]


def _split_at(place: float) -> str:
    return SPLITS[sum(place >= bound for bound in SPLIT_BOUNDS)]


def _missing(members: Sequence[Member], splits: Mapping[str, str]) -> bool:
    present = {(splits[member.cluster], label) for member in members for label in member.labels}
    labels = {label for member in members for label in member.labels}
    return any((split, label) not in present for split in SPLITS for label in labels)


def _complete(members: Sequence[Member], splits: dict[str, str], label: str, split: str) -> None:
    """Move clusters with a label from `train` to a split that has less than a tenth of them."""
    with_label = [member for member in members if label in member.labels]
    wanted = max(1, round(len(with_label) * (SPLIT_BOUNDS[1] - SPLIT_BOUNDS[0])))
    have = sum(splits[member.cluster] == split for member in with_label)
    clusters = sorted({(m.position, m.cluster) for m in with_label if splits[m.cluster] == SPLITS[0]})
    while have < wanted and len(clusters) > 1:
        _, cluster = clusters.pop()
        splits[cluster] = split
        have += sum(member.cluster == cluster for member in with_label)
