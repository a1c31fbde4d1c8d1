"""What `maskwatch-export flash` refuses, in one sentence and with nothing written."""

import re

import pytest

from export.flash.image import ImageFile

from .board import add_signature
from .conftest import content


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--bundle", "nowhere.tar"], "cannot be read"),
        (["--wifi", "Hall"], "go together"),
        (["--hostname", "my door"], "no host name"),
        (["--settings", "nowhere.toml"], "settings file nowhere.toml cannot be read"),
    ],
)
def test_a_mistake_is_said_in_one_sentence_and_nothing_is_written(
    flash, folder, samples, bundle, capsys, arguments, says
):
    card = folder(samples.stock("trixie"))
    before = content(card)
    named = [] if "--bundle" in arguments else ["--bundle", bundle()]
    assert flash("--card", card, *named, *arguments).status == 2
    assert says in capsys.readouterr().err
    assert content(card) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--bundle", "nowhere.tar"], "nowhere.tar cannot be read"),
        (["--model", "nowhere.tflite"], "nowhere.tflite"),
        (["--wifi", "Hall", "--wifi-country", "UK"], "did you mean GB?"),
        (["--hostname", "my door"], "no host name"),
        (["--settings", "nowhere.toml"], "settings file nowhere.toml cannot be read"),
        (["--trust", "nowhere.pub"], "nowhere.pub cannot be read"),
    ],
)
def test_a_mistake_is_said_before_the_card_is_looked_for(flash, tmp_path, capsys, arguments, says):
    assert flash("--card", tmp_path / "not mounted", *arguments).status == 2
    assert says in capsys.readouterr().err


def test_no_password_is_asked_for_a_card_that_is_refused(flash, tmp_path, capsys):
    def never(_):
        raise AssertionError("a password was asked for")

    assert flash("--card", tmp_path, "--wifi", "Hall", "--wifi-country", "DE", ask=never).status == 2
    assert "not the boot partition" in capsys.readouterr().err


def test_settings_that_the_device_would_refuse_are_refused_here(flash, folder, samples, bundle, tmp_path, capsys):
    (tmp_path / "settings.toml").write_text("[alarm]\nled_pni = 17\n")
    card = folder(samples.stock("trixie"))
    assert flash("--card", card, "--bundle", bundle(), "--settings", tmp_path / "settings.toml").status == 2
    assert 'did you mean "led_pin"' in capsys.readouterr().err
    assert card.names("maskwatch") == []


@pytest.mark.parametrize("path", ["door.tflite", "/home/pi/door.tflite"])
def test_settings_that_name_a_model_which_the_card_does_not_bring_are_refused(
    flash, folder, samples, bundle, tmp_path, capsys, path
):
    (tmp_path / "settings.toml").write_text(f'[model]\nclassifier = "{path}"\n')
    card = folder(samples.stock("trixie"))
    assert flash("--card", card, "--bundle", bundle(), "--settings", tmp_path / "settings.toml").status == 2
    assert (
        f'The card brings no {path}: put the network into the bundle with --model FILE, and take "classifier" out'
        in (capsys.readouterr().err)
    )
    assert card.names("maskwatch") == []


def test_models_are_no_part_of_a_bundle_that_is_there(flash, card, system, bundle, shipped_model, capsys):
    assert flash("--card", card, "--bundle", bundle(system), "--model", shipped_model).status == 2
    assert "--model is for a bundle that is made now" in capsys.readouterr().err


def test_a_bundle_for_another_system_is_refused(flash, folder, samples, bundle, capsys):
    card = folder(samples.stock("bookworm"))
    assert flash("--card", card, "--bundle", bundle("trixie")).status == 2
    assert "is for Trixie, but Bookworm is on the card" in capsys.readouterr().err


@pytest.mark.parametrize("keys", ["named", "on the card"])
@pytest.mark.parametrize("signed_by", ["nobody", "another"])
def test_a_bundle_that_the_board_would_refuse_at_every_boot_is_refused(
    flash, folder, samples, bundle, signer, tmp_path, capsys, keys, signed_by
):
    """A key of samples' is trusted, and that of `signer` is another."""
    (tmp_path / "release.pub").write_text(samples.key)
    trusted = {"maskwatch/trusted_keys": f"# Anna's\n{samples.key}\n"} if keys == "on the card" else {}
    trust = ["--trust", tmp_path / "release.pub"] if keys == "named" else []
    card = folder(samples.stock("trixie") | trusted)
    before = content(card)
    made = bundle() if signed_by == "nobody" else add_signature(bundle(), signer)
    assert flash("--card", card, "--bundle", made, *trust).status == 2
    assert "No key that the card trusts has signed maskwatch-0.1.0+01234567-trixie.tar" in capsys.readouterr().err
    assert content(card) == before


def test_no_unsigned_bundle_is_made_for_a_card_that_trusts_keys(flash, folder, samples, tmp_path, capsys):
    (tmp_path / "release.pub").write_text(samples.key)
    card = folder(samples.stock("trixie"))
    assert flash("--card", card, "--trust", tmp_path / "release.pub").status == 2
    assert "add --sign KEY, or name a signed one with --bundle" in capsys.readouterr().err
    assert card.names("maskwatch") == []


def test_something_else_than_a_bundle_is_refused(flash, folder, samples, tmp_path, capsys):
    (tmp_path / "bundle.tar").write_text("no tar")
    flash("--card", folder(samples.stock("trixie")), "--bundle", tmp_path / "bundle.tar")
    assert "is no bundle" in capsys.readouterr().err


def test_a_damaged_bundle_does_not_replace_a_good_one(flash, folder, samples, bundle, capsys):
    card = folder(samples.stock("trixie"))
    flash("--card", card, "--bundle", bundle())
    before = content(card)
    damaged = bundle(version="0.2.0")
    damaged.write_bytes(damaged.read_bytes().replace(b"print('installed')", b"print('inst\x21lled')"))
    assert flash("--card", card, "--bundle", damaged).status == 2
    assert capsys.readouterr().err == f"maskwatch-export: {damaged} is damaged (install.py): copy it again.\n"
    assert content(card) == before


def test_a_model_in_place_of_a_bundle_is_told_its_option(flash, folder, samples, shipped_model, capsys):
    assert flash("--card", folder(samples.stock("trixie")), "--bundle", shipped_model).status == 2
    assert "hand it over with --model" in capsys.readouterr().err


def test_a_card_that_does_not_take_a_file_is_said_to_be(flash, folder, samples, bundle, capsys):
    card = folder(samples.stock("trixie") | {"maskwatch": "a file where a folder is to be"})
    assert flash("--card", card, "--bundle", bundle()).status == 2
    assert "could not be written to" in capsys.readouterr().err


def test_a_place_that_cannot_be_looked_at_is_said_to_be(flash, bundle, capsys):
    assert flash("--card", "x" * 300, "--bundle", bundle()).status == 2
    # From Python 3.14 on such a name is one of a file that is not there.
    assert re.search("cannot be read \\(File name too long\\)|There is no x", capsys.readouterr().err)


def test_too_little_space_is_refused_before_anything_is_written(tmp_path, samples, bundle, flash, capsys):
    image = tmp_path / "card.img"
    samples.image(image, samples.stock("trixie"), megabytes=20)
    assert flash("--card", image, "--bundle", bundle()).status == 2
    assert "MB more for the system's updates" in capsys.readouterr().err
    assert ImageFile(image).names("maskwatch") == []
