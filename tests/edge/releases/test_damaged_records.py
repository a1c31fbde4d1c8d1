"""Records and links on the board's disk that are damaged, or name what is none of ours."""

import io
import json

import pytest

from edge.releases.command import show_releases
from edge.releases.manifest import is_release_name
from edge.releases.record import installed_releases, linked_release, read_health

from .odd import ODD_NAMES, ODD_VALUES


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_no_release_s(name):
    assert not is_release_name(name)


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
