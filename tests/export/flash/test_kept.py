"""What people brought on a card stays: line ends, words of the kernel's, files that are in nobody's way."""

import subprocess
from itertools import pairwise

import pytest

from export.flash.firstrun import CLEAN_LINE, RUN_ONCE

LETTERS = "abcdefghijklmnopqrstuvwxyz"
BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise(LETTERS))
"""Lists that name each other: 67 million words, written out."""


@pytest.mark.parametrize("made_by", ["stock", "imager"])
def test_line_ends_of_windows_stay(flash, folder, samples, bundle, everything, made_by):
    files = getattr(samples, made_by)("trixie")
    texts = ("user-data", "network-config", "meta-data", "cmdline.txt")
    card = folder(files)
    for name in texts:
        card.write(name, [files[name].replace("\n", "\r\n").encode()])
    assert flash("--card", card, "--bundle", bundle(), *everything).status == 0
    for name in texts:
        content = card.read(name)
        assert content.count(b"\r\n") == content.count(b"\n") > 0, name
    assert "nothing to write" in flash("--card", card, "--bundle", bundle(), *everything).out


def test_a_script_with_line_ends_of_windows_is_refused(flash, folder, samples, bundle, capsys):
    card = folder(samples.imager("bookworm"))
    card.write("firstrun.sh", [card.read("firstrun.sh").replace(b"\n", b"\r\n")])
    assert flash("--card", card, "--bundle", bundle("bookworm")).status == 2
    assert "line ends of Windows" in capsys.readouterr().err


def test_the_byte_order_mark_of_an_unchanged_file_stays(flash, folder, samples, bundle):
    card = folder(samples.stock("trixie"))
    flash("--card", card, "--bundle", bundle())
    marked = b"\xef\xbb\xbf" + card.read("meta-data")
    card.write("meta-data", [marked])
    flash("--card", card, "--bundle", bundle())
    assert card.read("meta-data") == marked


def test_the_first_run_takes_its_own_words_out_of_the_command_line_and_no_others(tmp_path):
    path = tmp_path / "cmdline.txt"
    path.write_text(f"root=x systemd.show_status=0 {' '.join(RUN_ONCE)} last\n# {' '.join(RUN_ONCE)}\n")
    subprocess.run(["sed", "-i", CLEAN_LINE, path], check=True)
    assert path.read_text() == f"root=x systemd.show_status=0 last\n# {' '.join(RUN_ONCE)}\n"


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: " + "[" * 5000,
        "a: " + "{b: " * 5000,
        "hostname: 2001-99-99T99:99:99Z\n",
        "a: !!int x\n",
        "a: !!timestamp x\n",
        "? [a, b]\n: c\n",
        "<<: 5\n",
        "a: 1\na: 2\n",
        "\x07: x\n",
    ],
)
def test_odd_yaml_is_kept_or_refused_in_words(flash, folder, samples, bundle, capsys, text):
    card = folder(samples.stock("trixie") | {"user-data": f"#cloud-config\n{text}"})
    status = flash("--card", card, "--bundle", bundle()).status
    assert status in (0, 2)
    if status == 2:
        assert "user-data on the card" in capsys.readouterr().err
        assert card.names("maskwatch") == []
