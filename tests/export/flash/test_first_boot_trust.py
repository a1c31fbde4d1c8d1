"""What first-boot.sh trusts: which bundles it runs, and no link of another user's."""

import pytest

from .board import FAILS


def test_a_damaged_bundle_is_said_to_be(board):
    with next(board.folder.glob("*.tar")).open("ab") as tar:
        tar.write(b"one byte more")
    assert board.run() == 1
    assert "The bundle is damaged: flash the card again" in board.log


def linked(board, *names):
    """Puts a link to a file of another user's in place of each of these."""
    victim = board.root / "victim"
    victim.write_text("untouched")
    for name in names:
        (board.root / name).parent.mkdir(parents=True, exist_ok=True)
        (board.root / name).symlink_to(victim)
    return victim


def test_no_link_is_followed(board):
    (board.folder / "maskwatch.toml").write_text("[alarm]\n")
    (board.folder / "trusted_keys").write_text("# none\n")
    victim = linked(
        board,
        *("var/tmp/maskwatch-first-boot.status", "var/tmp/maskwatch-first-boot"),
        *("etc/maskwatch/maskwatch.toml.new", "opt/maskwatch/first-boot.sha256.new"),
        *("opt/maskwatch/first-boot.sha256", "opt/maskwatch/first-boot.settings"),
        "etc/systemd/system/maskwatch-first-boot.service",
    )
    board.run("arm")
    assert not (board.root / "etc/systemd/system/maskwatch-first-boot.service").is_symlink()
    board.card(FAILS)
    board.run()
    board.card("print('it works')")
    board.run()
    assert victim.read_text() == "untouched"
    assert board.log.endswith("Installed.\n")
    assert (board.root / "opt/maskwatch/first-boot.sha256").read_text() != "untouched"


@pytest.mark.parametrize("installer", [FAILS, "print('it works')"])
def test_nothing_of_what_it_unpacks_stays(board, installer):
    board.card(installer)
    board.run()
    assert not list((board.root / "opt/maskwatch").glob("bundle-*"))


def test_trusted_keys_on_the_card_are_put_in_place_once(board):
    (board.folder / "trusted_keys").write_text("# nobody yet\n")
    board.run()
    trusted = board.root / "etc/maskwatch/trusted_keys"
    assert trusted.read_text() == "# nobody yet\n"


def test_an_unsigned_bundle_is_not_run_where_the_board_trusts_keys(board, signer):
    (board.folder / "trusted_keys").write_text(f"# Anna's\n\n  {signer.with_suffix('.pub').read_text()}")
    assert board.run() == 1
    assert "No key in" in board.log
    assert "arguments" not in board.log


@pytest.mark.parametrize("good", [True, False])
def test_a_signed_bundle_is_run(board, signer, good):
    keys = "# Anna's\n\n  " + signer.with_suffix(".pub").read_text()
    (board.root / "etc/maskwatch").mkdir()
    (board.root / "etc/maskwatch/trusted_keys").write_text(keys)
    board.sign(signer, namespace="maskwatch-bundle" if good else "file")
    assert board.run() == (0 if good else 1)
    assert ("arguments" in board.log) == good
