import hashlib
import re
import shutil
import subprocess

import pytest

from edge.errors import UserError
from export.flash.access import Access
from export.flash.bundle_file import read_bundle
from export.flash.card import recognize
from export.flash.image import ImageFile
from export.flash.plan import FIRST_BOOT, make_plan, write_card

from .board import add_signature
from .conftest import content


def test_the_card_holds_everything_afterwards(flash, card, system, bundle, everything):
    assert flash("--card", card, "--bundle", bundle(system), *everything).status == 0
    assert set(card.names("maskwatch")) == {
        *("bundle.sha256", "first-boot.sh", f"maskwatch-0.1.0+01234567-{system}.tar", "maskwatch.toml"),
    }
    assert b"led_pin = 22" in card.read("maskwatch/maskwatch.toml")


@pytest.mark.parametrize("made_by", ["stock", "imager"])
def test_flashing_twice_changes_nothing_more(flash, folder, samples, system, bundle, everything, made_by):
    card = folder(getattr(samples, made_by)(system))
    arguments = ("--card", card, "--bundle", bundle(system), *everything)
    flash(*arguments)
    once = content(card)
    assert "nothing to write" in flash(*arguments).out
    assert content(card) == once


def test_a_dry_run_writes_nothing(flash, card, system, bundle, everything):
    before = content(card)
    ran = flash("--card", card, "--bundle", bundle(system), *everything, "--dry-run")
    assert ran.status == 0
    assert content(card) == before
    assert "+++ b/cmdline.txt" in ran.out
    assert re.search(r"new +maskwatch/first-boot\.sh +\d", ran.out)


def test_neither_password_nor_key_of_the_network_is_shown(flash, card, system, bundle, everything):
    out = flash("--card", card, "--bundle", bundle(system), *everything, "--dry-run").out
    assert "not shown" in out
    assert not re.search(r"[0-9a-f]{64}|\$5\$", out)


def test_a_second_time_that_says_less_takes_nothing_away_and_shows_no_secret(flash, card, system, bundle, everything):
    arguments = ("--card", card, "--bundle", bundle(system))
    flash(*arguments, *everything)
    once = content(card)
    again = flash(*arguments, "--hostname", "door-2", "--dry-run").out
    assert not re.search(r"[0-9a-f]{64}", again)
    flash(*arguments, "--hostname", "door-1")
    assert content(card) == once


def test_the_password_is_on_the_card_only_as_a_key(flash, card, system, bundle, everything):
    flash("--card", card, "--bundle", bundle(system), *everything, password="correct horse battery")
    assert not any(b"correct horse" in text for text in content(card).values())


def test_nothing_else_on_the_card_changes(flash, card, system, bundle, everything):
    before = content(card)
    flash("--card", card, "--bundle", bundle(system), *everything)
    after = content(card)
    changed = {name for name in before if after[name] != before[name]}
    assert changed <= {"cmdline.txt", "user-data", "network-config", "meta-data", "firstrun.sh"}


def test_another_bundle_replaces_the_old_one(flash, card, system, bundle):
    flash("--card", card, "--bundle", bundle(system))
    assert "remove" in flash("--card", card, "--bundle", bundle(system, version="0.2.0")).out
    assert [name for name in card.names("maskwatch") if name.endswith(".tar")] == [f"maskwatch-0.2.0-{system}.tar"]


def test_another_bundle_makes_trixie_boot_as_if_for_the_first_time(flash, folder, samples, bundle):
    card = folder(samples.imager("trixie"))
    flash("--card", card, "--bundle", bundle())
    first = card.read("meta-data"), card.read("cmdline.txt")
    flash("--card", card, "--bundle", bundle(version="0.2.0"))
    assert card.read("meta-data") != first[0]
    assert card.read("cmdline.txt") != first[1]
    assert card.read("meta-data").split()[1] in card.read("cmdline.txt")


def test_what_sets_off_the_first_boot_is_written_last(card, system, bundle, samples):
    plan = make_plan(card, recognize(card), read_bundle(bundle(system)), samples.everything)
    names = [change.name for change in plan.changes]
    assert names[0].endswith(".tar")
    last = {"bookworm": ["firstrun.sh", "cmdline.txt"], "trixie": ["user-data", "cmdline.txt", "meta-data"]}[system]
    assert [name for name in names if name in last] == names[-len([name for name in names if name in last]) :]


def test_a_card_pulled_out_between_any_two_files_boots_as_before_or_installs(card, system, bundle, samples):
    """Until the trigger is there nothing points at our files; from then on everything that it needs is there."""
    plan = make_plan(card, recognize(card), read_bundle(bundle(system)), samples.everything)
    trigger = "user-data" if system == "trixie" else "firstrun.sh"
    for change in plan.changes:
        card.write(change.name, change.chunks())
        if trigger in card.names() and b"first-boot.sh" in card.read(trigger):
            digest, name = card.read("maskwatch/bundle.sha256").decode().split()
            assert hashlib.sha256(card.read(f"maskwatch/{name}")).hexdigest() == digest
            assert "first-boot.sh" in card.names("maskwatch")
        else:
            assert b"maskwatch" not in card.read("cmdline.txt")


def test_writing_can_be_stopped_and_taken_up_again(card, system, bundle):
    def stop(count):
        if count == len(FIRST_BOOT.read_bytes()):
            raise KeyboardInterrupt

    def plan():
        return make_plan(card, recognize(card), read_bundle(bundle(system)), Access())

    with pytest.raises(UserError, match="give the same command again"):
        write_card(plan(), stop)
    write_card(plan(), lambda _: None)
    assert plan().changes == []


def test_models_go_into_the_bundle_that_is_made(
    flash, card, system, bundle, monkeypatch, shipped_model, shipped_locator
):
    made = []

    def make(target, *, models):
        made.append((target.name, models))
        return bundle(system)

    monkeypatch.setattr("export.bundle.bundle.make_bundle", make)
    monkeypatch.setattr("export.bundle.bundle.save_bundle", lambda bundle, _: bundle)
    assert flash("--card", card, "--model", shipped_model, "--model", shipped_locator).status == 0
    assert made == [(system, [shipped_model, shipped_locator])]


@pytest.mark.parametrize("made_by", ["stock", "imager"])
def test_it_ends_with_how_to_log_in(flash, folder, samples, system, bundle, tmp_path, made_by):
    (tmp_path / "id.pub").write_text(samples.key)
    card = folder(getattr(samples, made_by)(system))
    out = flash("--card", card, "--bundle", bundle(system), "--ssh-key", tmp_path / "id.pub").out
    assert "Eject the card" in out
    assert out.endswith(f"ssh {'pi@raspberrypi' if made_by == 'stock' else 'anna@hall'}.local\n")


def test_it_names_the_user_and_the_host_that_were_given(flash, card, system, bundle, everything):
    assert flash("--card", card, "--bundle", bundle(system), *everything).out.endswith("ssh ben@door-1.local\n")


def test_without_a_key_nobody_is_told_to_log_in(flash, card, system, bundle):
    assert "ssh" not in flash("--card", card, "--bundle", bundle(system)).out.splitlines()[-1]


def test_the_lite_image_without_a_network_is_warned_of(flash, folder, samples, bundle):
    out = flash("--card", folder(samples.stock("trixie")), "--bundle", bundle()).out
    assert "may lack packages" in out
    assert "python3-picamera2" in out


def test_a_card_that_has_a_network_already_is_not_warned(flash, folder, samples, bundle):
    assert "may lack packages" not in flash("--card", folder(samples.imager("trixie")), "--bundle", bundle()).out


def test_the_ribbon_cameras_package_is_not_mentioned_with_a_usb_camera(flash, folder, samples, bundle, tmp_path):
    (tmp_path / "settings.toml").write_text('[camera]\nsource = "/dev/video0"\n')
    card = folder(samples.stock("trixie"))
    out = flash("--card", card, "--bundle", bundle(), "--settings", tmp_path / "settings.toml").out
    assert "may lack packages" in out
    assert "picamera2" not in out


def test_other_settings_for_a_card_that_had_some_are_explained(flash, card, system, bundle, tmp_path):
    settings = tmp_path / "settings.toml"
    arguments = ("--card", card, "--bundle", bundle(system), "--settings", settings)
    settings.write_text("[alarm]\nled_pin = 22\n")
    assert "keeps them" not in flash(*arguments).out
    settings.write_text("[alarm]\nled_pin = 23\n")
    assert "keeps them" in flash(*arguments).out


def test_keys_that_sign_bundles_go_onto_the_card(flash, card, system, bundle, signer):
    signed, key = add_signature(bundle(system), signer), signer.with_suffix(".pub")
    assert flash("--card", card, "--bundle", signed, "--trust", key).status == 0
    assert card.read("maskwatch/trusted_keys").decode() == key.read_text()
    assert flash("--card", card, "--bundle", signed, "--hostname", "door-2").status == 0


def test_an_image_is_flashed_like_a_folder(tmp_path, samples, bundle, flash, system, folder, everything):
    image = tmp_path / "card.img"
    samples.image(image, samples.imager(system))
    mounted = folder(samples.imager(system))
    for card in (image, mounted):
        assert flash("--card", card, "--bundle", bundle(system), *everything).status == 0
    assert content(ImageFile(image)) == content(mounted)


@pytest.mark.slow
def test_a_bundle_is_made_for_the_card_where_none_is_named(flash, card, system, capsys):
    if flash("--card", card).status and "cannot be fetched" in (why := capsys.readouterr().err):
        pytest.skip(f"not run, because {why}")
    assert re.fullmatch(rf"maskwatch-.+-{system}\.tar", next(n for n in card.names("maskwatch") if n.endswith(".tar")))
    assert "nothing to write" in flash("--card", card).out


@pytest.mark.slow
def test_the_image_s_file_system_is_sound_afterwards(tmp_path, samples, bundle, flash, system, everything):
    if not shutil.which("fsck.vfat"):
        pytest.skip("not run, because fsck.vfat (dosfstools) is missing")
    image = tmp_path / "card.img"
    samples.image(image, samples.imager(system))
    for version in ("0.1.0", "0.2.0"):
        flash("--card", image, "--bundle", bundle(system, version=version), *everything)
    partition = tmp_path / "partition"
    partition.write_bytes(image.read_bytes()[2048 * 512 : (2048 + 48 * 2048) * 512])
    said = subprocess.run(["fsck.vfat", "-n", partition], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout
