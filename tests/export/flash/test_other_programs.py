"""What is written for other programs is read back by them, or by their own parsers."""

import base64
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from edge.errors import UserError
from export.flash.access import Access, Wifi
from export.flash.cloud_init import NETPLAN_GARBLES, merged_network_config, merged_user_data
from export.flash.firstrun import merged_firstrun

from .keyfile import read_keyfile, read_ssid

PSK = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
NAMES = [
    *("Front door", " blank before", "blank behind ", "  ", "a\\b", "\\s", "\\", "ends with \\", "tab\\t"),
    *(
        "a;b;c",
        "102;",
        "1;2;3;",
        "1;2",
        ";",
        "\\;",
        "a\\;b",
        "#home",
        "no # comment",
        "-h",
        "--hidden",
        "-p",
        "--plain",
    ),
    *("[wifi]", "ssid=x", "=", "key = value", "true", "12", "0x10", "no", "null", "~", "it's", '"quoted"', "$HOME"),
    *("`reboot`", "$(reboot)", "%s", "EOF", "é" * 16, "门口", "🚪", "*", "?", "!", "{a: b}", "- a", "a: b", "%YAML"),
]

# What imager_custom of Raspberry Pi OS Bookworm does with a network and with keys, in its own words of shell.
IMAGER_CUSTOM = """#!/bin/sh
case "$1" in
set_wlan)
    shift
    for arg in "$@"; do
        if [ "$arg" = "-h" ] || [ "$arg" = "--hidden" ]; then HIDDEN=true
        elif [ "$arg" = "-p" ] || [ "$arg" = "--plain" ]; then PLAIN=1
        elif [ -z "${SSID+set}" ]; then SSID="$arg"
        elif [ -z "${PASS+set}" ]; then PASS="$arg"
        fi
    done
    cat <<- EOF >"$PLACE/keyfile"
	[wifi]
	ssid=${SSID}
	hidden=${HIDDEN:-false}
	[wifi-security]
	psk=${PASS}
	EOF
    ;;
enable_ssh)
    shift
    for arg in "$@"; do
        if [ "$arg" = "-k" ]; then touch "$PLACE/key-only"; else echo "$arg" >>"$PLACE/keys"; fi
    done
    ;;
esac
"""


@pytest.fixture(scope="module")
def bookworm(tmp_path_factory):
    """Runs a firstrun.sh as Bookworm does; gives the folder in which its results lie."""
    place = tmp_path_factory.mktemp("bookworm")
    (place / "maskwatch").mkdir()
    (place / "imager_custom").write_text(IMAGER_CUSTOM)
    (place / "imager_custom").chmod(0o755)
    shell = shutil.which("dash") or "sh"

    def run(access):
        for name in ("keyfile", "keys", "key-only"):
            (place / name).unlink(missing_ok=True)
        text = merged_firstrun("", access, user="anna")
        text = text.replace("/usr/lib/raspberrypi-sys-mods", str(place)).replace("/boot/firmware", str(place))
        text = text.replace("#!/bin/sh\n", f"#!/bin/sh\nexport PLACE={place}\n", 1)
        subprocess.run([shell], input=text.encode(), check=True)
        return place

    return run


@pytest.mark.parametrize("name", NAMES)
def test_networkmanager_reads_the_name_that_was_given(bookworm, name):
    text = (bookworm(Access(wifi=Wifi(ssid=name, psk=PSK, country="DE"))) / "keyfile").read_text()
    assert read_ssid(text) == name.encode()
    assert read_keyfile(text, "wifi-security", "psk") == PSK
    assert read_keyfile(text, "wifi", "hidden") == "false"


SSIDS = st.text(min_size=1, max_size=8).filter(lambda name: name.isprintable() and len(name.encode()) <= 32)


@settings(max_examples=40)
@given(SSIDS)
def test_networkmanager_reads_any_name(bookworm, name):
    text = (bookworm(Access(wifi=Wifi(ssid=name, psk=PSK, country="DE"))) / "keyfile").read_text()
    assert read_ssid(text) == name.encode()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_networkmanager_itself_reads_it(bookworm, name):
    if not shutil.which("nmcli"):
        pytest.skip("not run, because nmcli (network-manager) is missing")
    text = (bookworm(Access(wifi=Wifi(ssid=name, psk=PSK, country="DE"))) / "keyfile").read_text()
    head = "[connection]\nid=a\nuuid=0b7c7c3e-0f31-4a0e-9d9c-0d8f3a0b3f3e\ntype=wifi\n"
    command = ["nmcli", "--offline", "connection", "modify", "connection.id", "b"]
    text = text.replace("[wifi-security]", "[wifi-security]\nkey-mgmt=wpa-psk")
    said = subprocess.run(command, input=head + text, capture_output=True, text=True, check=True).stdout
    assert read_ssid(said) == name.encode()


@pytest.mark.parametrize("name", NAMES)
def test_a_yaml_reader_reads_the_name_that_was_given(name):
    wifi = Wifi(ssid=name, psk=PSK, country="NO")
    if NETPLAN_GARBLES.fullmatch(name):
        with pytest.raises(UserError, match="misread the name"):
            merged_network_config("", wifi)
        return
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    (device,) = yaml.load(merged_network_config("", wifi))["network"]["wifis"].values()
    assert device["access-points"] == {name: {"password": PSK}}
    assert device["regulatory-domain"] == "NO"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if not NETPLAN_GARBLES.fullmatch(name)])
def test_netplan_itself_hands_it_on(tmp_path, name):
    generate = shutil.which("generate", path="/usr/libexec/netplan:/lib/netplan")
    if not generate:
        pytest.skip("not run, because netplan (netplan.io) is missing")
    (tmp_path / "etc/netplan").mkdir(parents=True)
    text = merged_network_config("", Wifi(ssid=name, psk=PSK, country="DE"))
    file = tmp_path / "etc/netplan/50.yaml"
    file.write_text(text.replace("network:\n", "network:\n  renderer: NetworkManager\n", 1))
    file.chmod(0o600)
    subprocess.run([generate, "--root-dir", tmp_path], check=True, capture_output=True)
    (keyfile,) = (tmp_path / "run/NetworkManager/system-connections").iterdir()
    assert read_ssid(keyfile.read_text()) == name.encode()


BODY = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))).decode()


@pytest.mark.parametrize("comment", ["", " anna@desk", " DOMAIN\\nora", " a\\c", " it's $(reboot)", " #1", " é"])
def test_the_key_that_sshd_reads_on_bookworm_is_the_one_that_was_given(bookworm, comment):
    key = f"ssh-ed25519 {BODY}{comment}"
    place = bookworm(Access(ssh_key=key))
    (line,) = (place / "keys").read_text().splitlines()
    assert line.split()[:2] == key.split()[:2]
    assert line == key or "\\" in comment
    assert (place / "key-only").exists()


@pytest.mark.parametrize("comment", ["", " anna@desk", " DOMAIN\\nora", ' "a": b', " it's $(reboot)", " #1", " é"])
def test_the_key_that_sshd_reads_on_trixie_is_the_one_that_was_given(comment):
    key = f"ssh-ed25519 {BODY}{comment}"
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    config = yaml.load(merged_user_data("", Access(ssh_key=key)))
    assert config["users"][0]["ssh_authorized_keys"] == [key]
    assert config["ssh_pwauth"] is False
