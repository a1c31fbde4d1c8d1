from pathlib import Path

import pytest

from edge.errors import UserError
from export.flash.card import open_partition, recognize


@pytest.mark.parametrize("system", ["bookworm", "trixie"])
@pytest.mark.parametrize("made_by", ["stock", "imager"])
def test_the_system_is_told_by_what_is_on_the_card(folder, samples, system, made_by):
    assert recognize(folder(getattr(samples, made_by)(system))).system == system


def test_the_lite_image_is_told_from_the_one_with_a_desktop(folder, samples):
    assert recognize(folder(samples.stock("trixie"))).lite


def test_the_image_with_a_desktop_is_not_lite(folder, samples):
    card = recognize(folder(samples.stock("bookworm")))
    assert not card.lite
    assert card.issue == "Raspberry Pi reference 2024-11-19"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"config.txt": None}, "not the boot partition"),
        ({"cmdline.txt": "console=tty1\n"}, "not the boot partition"),
        ({"kernel7l.img": "kernel", "kernel.img": "kernel"}, "32-bit system"),
        ({"kernel8.img": None, "kernel_2712.img": None}, "no kernel"),
        ({"config.txt": "arm_64bit=1\n[all]\narm_64bit=0\n"}, "32-bit system"),
        ({"initramfs8": None}, "older than Bookworm"),
    ],
)
def test_another_card_is_refused_in_one_sentence(folder, samples, change, says):
    files = samples.stock("bookworm") | change
    with pytest.raises(UserError, match=says) as refused:
        recognize(folder({name: text for name, text in files.items() if text is not None}))
    assert str(refused.value).count(". ") == 0


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(UserError, match="not the boot partition"):
        recognize(open_partition(tmp_path))


def test_a_place_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="There is no"):
        open_partition(tmp_path / "bootfs")


def test_a_commented_arm_64bit_does_not_count(folder, samples):
    assert recognize(folder(samples.stock("trixie") | {"config.txt": "arm_64bit=1\n#arm_64bit=0\n"}))


def test_a_place_that_is_there_is_not_said_to_be_missing():
    with pytest.raises(UserError, match="/dev/null is neither a folder nor an image"):
        open_partition(Path("/dev/null"))
