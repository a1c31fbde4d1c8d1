"""FAT does not tell capitals from small letters, so flashing does not either."""

import pytest

from export.flash.image import ImageFile
from export.flash.partition import MountedFolder

from .conftest import content


def shouted(files):
    """The same files under names in capitals."""
    return {name.upper(): text for name, text in files.items()}


def small(files):
    return {name.lower(): text for name, text in files.items()}


@pytest.fixture(params=["folder", "image"])
def put(request, tmp_path, samples, folder):
    """Puts files onto a card, mounted or in an image."""

    def put(files):
        if request.param == "folder":
            return folder(files)
        samples.image(tmp_path / "card.img", files)
        return ImageFile(tmp_path / "card.img")

    return put


@pytest.mark.parametrize("made_by", ["stock", "imager"])
def test_a_card_in_capitals_becomes_what_one_in_small_letters_becomes(
    put, tmp_path, samples, system, flash, bundle, everything, made_by
):
    files = getattr(samples, made_by)(system)
    (tmp_path / "small").mkdir()
    for name, text in files.items():
        (tmp_path / "small" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "small" / name).write_text(text)
    for card in (tmp_path / "small", put(shouted(files))):
        assert flash("--card", card, "--bundle", bundle(system), *everything).status == 0
    expected = content(MountedFolder(tmp_path / "small"))
    assert small(content(card if not hasattr(card, "is_dir") else MountedFolder(card))) == small(expected)


def test_what_is_found_is_changed_in_place(put, samples, system, flash, bundle, everything):
    card = put(shouted(samples.imager(system)))
    flash("--card", card, "--bundle", bundle(system), *everything)
    names = [name.lower() for name in card.names()]
    assert len(names) == len(set(names))
    assert "CMDLINE.TXT" in card.names()
    assert b"root=PARTUUID" in card.read("cmdline.txt")


def test_a_second_time_there_is_nothing_to_write(put, samples, system, flash, bundle, everything):
    card = put(shouted(samples.stock(system)) | {"MASKWATCH/first-boot.log": "a log\n"})
    flash("--card", card, "--bundle", bundle(system), *everything)
    assert "nothing to write" in flash("--card", card, "--bundle", bundle(system), *everything).out
    assert card.read("maskwatch/FIRST-BOOT.LOG") == b"a log\n"


def test_an_old_bundle_in_capitals_is_removed_and_nothing_else(put, samples, system, flash, bundle):
    files = {f"MASKWATCH/MASKWATCH-0.0.9-{system.upper()}.TAR": "old", "MASKWATCH/MINE.TAR": "mine"}
    card = put(samples.stock(system) | files)
    assert flash("--card", card, "--bundle", bundle(system)).status == 0
    assert sorted(name.lower() for name in card.names("maskwatch") if name.lower().endswith(".tar")) == [
        f"maskwatch-0.1.0+01234567-{system}.tar",
        "mine.tar",
    ]


def test_a_user_who_is_named_in_capitals_counts(put, samples, flash, bundle, tmp_path):
    (tmp_path / "id.pub").write_text(samples.key)
    card = put(samples.stock("bookworm") | {"USERCONF.TXT": "anna:$5$salt$hash\n"})
    out = flash("--card", card, "--bundle", bundle("bookworm"), "--ssh-key", tmp_path / "id.pub").out
    assert out.endswith("ssh anna@raspberrypi.local\n")
    assert b"userconf" not in card.read("firstrun.sh")


def test_settings_that_are_there_in_capitals_are_replaced(put, samples, flash, bundle, tmp_path):
    (tmp_path / "door.toml").write_text("[alarm]\nled_pin = 22\n")
    card = put(samples.stock("trixie") | {"MASKWATCH/MASKWATCH.TOML": "[alarm]\nled_pin = 23\n"})
    assert "keeps them" in flash("--card", card, "--bundle", bundle(), "--settings", tmp_path / "door.toml").out
    assert [name for name in card.names("maskwatch") if name.lower() == "maskwatch.toml"] == ["MASKWATCH.TOML"]
    assert b"22" in card.read("maskwatch/maskwatch.toml")
