"""Who logs in where, whichever file of the card says so."""

import pytest

from edge.errors import UserError
from export.flash.login import read_login

CUSTOM = """config_version = 1
[system]
hostname = "hall"
[user]
name = "anna"
password = "$5$salt$hash"
password_encrypted = true
[ssh]
enabled = true
password_authentication = true
[wlan]
ssid = "Home"
password = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
country = "DE"
"""


@pytest.fixture
def key(tmp_path, samples):
    (tmp_path / "id.pub").write_text(samples.key)
    return tmp_path / "id.pub"


def custom(samples, text=CUSTOM):
    return samples.stock("bookworm") | {"custom.toml": text}


def test_custom_toml_names_user_and_host(flash, folder, samples, bundle, key):
    card = folder(custom(samples))
    ran = flash("--card", card, "--bundle", bundle("bookworm"), "--ssh-key", key)
    assert ran.out.endswith("ssh anna@hall.local\n")
    assert b"userconf" not in card.read("firstrun.sh")
    assert card.read("custom.toml").decode() == CUSTOM


def test_custom_toml_names_the_network(flash, folder, samples, bundle):
    lite = custom(samples) | {"issue.txt": "Raspberry Pi reference\nGenerated using pi-gen, stage2\n"}
    assert "may lack packages" not in flash("--card", folder(lite), "--bundle", bundle("bookworm")).out


def test_a_custom_toml_beyond_any_depth_is_refused_before_it_is_parsed(flash, folder, samples, bundle, key, capsys):
    card = folder(custom(samples, ".".join(["a"] * 20000) + " = 1\n"))
    assert flash("--card", card, "--bundle", bundle("bookworm"), "--ssh-key", key).status == 2
    assert "custom.toml on the card is not TOML (a key has too many dots" in capsys.readouterr().err


def test_a_custom_toml_that_is_damaged_is_refused(flash, folder, samples, bundle, key, capsys):
    card = folder(custom(samples, "[user\n"))
    assert flash("--card", card, "--bundle", bundle("bookworm"), "--ssh-key", key).status == 2
    assert "custom.toml on the card is not TOML" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, "pi@raspberrypi.local"),
        ({"userconf.txt": "anna:$5$x$y\n"}, "anna@raspberrypi.local"),
        ({"userconf": "anna:$5$x$y\n", "firstrun.sh": "userconf 'ben' 'x'\n"}, "anna@raspberrypi.local"),
        ({"firstrun.sh": "imager_custom set_hostname hall\nuserconf 'ben' 'x'\n"}, "ben@hall.local"),
        ({"firstrun.sh": "# userconf 'ben' 'x'\n# set_hostname hall\n", "custom.toml": CUSTOM}, "anna@hall.local"),
        ({"firstrun.sh": 'raspi-config nonint do_hostname "door"\n'}, "pi@door.local"),
        ({"firstrun.sh": "hostnamectl set-hostname door\n"}, "pi@door.local"),
        ({"firstrun.sh": "echo door >/etc/hostname\n"}, "pi@door.local"),
        ({"custom.toml": "user = 5\nsystem = []\n"}, "pi@raspberrypi.local"),
        ({"custom.toml": '[user]\nname = "\\u001b[2J"\n[system]\nhostname = 5.5\n'}, "pi@raspberrypi.local"),
    ],
)
def test_bookworm_reads_these(texts, said):
    assert str(read_login("bookworm", texts)) == said


@pytest.mark.parametrize(
    ("user_data", "others", "said"),
    [
        ("hostname: hall\nusers:\n- name: anna\n", {}, "anna@hall.local"),
        ("fqdn: hall.example.org\n", {}, "pi@hall.local"),
        ("user: anna\n", {}, "anna@raspberrypi.local"),
        ("user:\n  name: anna\n", {}, "anna@raspberrypi.local"),
        ("users: [default]\n", {"userconf.txt": "ben:x\n"}, "ben@raspberrypi.local"),
        ("preserve_hostname: true\nhostname: hall\n", {}, "pi@raspberrypi.local"),
        ("", {"meta-data": "local-hostname: hall\n"}, "pi@hall.local"),
        ("users: anna\nhostname: [a]\n", {}, "pi@raspberrypi.local"),
        ("users:\n- {name: anna}\n- {name: ben, ssh_authorized_keys: [KEY]}\n", {}, "ben@raspberrypi.local"),
        ("hostname: !secret x\n", {}, "pi@x.local"),
    ],
)
def test_trixie_reads_these(user_data, others, said):
    assert str(read_login("trixie", {"user-data": f"#cloud-config\n{user_data}"} | others, "KEY")) == said


def test_the_key_on_trixie_is_for_the_user_of_userconf_txt(flash, folder, samples, bundle, key):
    card = folder(samples.stock("trixie") | {"userconf.txt": "anna:$5$salt$hash\n"})
    assert flash("--card", card, "--bundle", bundle(), "--ssh-key", key).out.endswith("ssh anna@raspberrypi.local\n")
    assert b"anna" in card.read("user-data")


def test_a_user_whom_userconf_txt_would_replace_is_refused(flash, folder, samples, system, bundle, key, capsys):
    card = folder(samples.stock(system) | {"userconf.txt": "anna:$5$salt$hash\n"})
    assert flash("--card", card, "--bundle", bundle(system), "--ssh-key", key, "--user", "ben").status == 2
    assert "userconf.txt on the card names the user anna" in capsys.readouterr().err


@pytest.mark.parametrize("again", [[], ["--dry-run"], ["--hostname", "door-1"]])
def test_the_login_is_said_at_every_flash(flash, card, system, bundle, key, again):
    arguments = ("--card", card, "--bundle", bundle(system))
    flash(*arguments, "--ssh-key", key)
    assert (
        f"ssh anna@{again[1] if len(again) > 1 else 'hall'}.local, with the key alone" in flash(*arguments, *again).out
    )


def test_without_a_key_it_is_said_that_ssh_is_off(flash, folder, samples, system, bundle):
    out = flash("--card", folder(samples.stock(system)), "--bundle", bundle(system)).out
    assert "nothing on the card switches ssh on: --ssh-key FILE does" in out


def test_a_key_ends_passwords(flash, card, system, bundle, key):
    out = flash("--card", card, "--bundle", bundle(system), "--ssh-key", key).out
    assert "with the key alone: ssh takes no passwords" in out
    name, says = {"trixie": ("user-data", b"ssh_pwauth: false"), "bookworm": ("firstrun.sh", b"enable_ssh -k")}[system]
    assert says in card.read(name)


def test_a_host_s_name_that_would_have_no_effect_is_refused(flash, folder, samples, bundle, capsys):
    card = folder(samples.stock("trixie") | {"user-data": "#cloud-config\npreserve_hostname: true\n"})
    assert flash("--card", card, "--bundle", bundle(), "--hostname", "door-1").status == 2
    assert "so --hostname would change nothing" in capsys.readouterr().err


def test_a_damaged_meta_data_is_refused():
    with pytest.raises(UserError, match="meta-data on the card is not YAML"):
        read_login("trixie", {"meta-data": "[unclosed"})
