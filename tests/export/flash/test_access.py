from pathlib import Path

import pytest

from edge.errors import UserError
from export.flash.access import Access, ask_wifi, wpa_psk
from export.flash.countries import COUNTRIES
from export.flash.ssh_key import read_public_key


@pytest.mark.parametrize(
    ("ssid", "password", "psk"),
    [  # IEEE 802.11i-2004, annex H.4
        ("IEEE", "password", "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"),
        ("ThisIsASSID", "ThisIsAPassword", "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"),
        ("Z" * 32, "a" * 32, "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62"),
    ],
)
def test_wpa_psk_matches_the_standard_s_vectors(ssid, password, psk):
    assert wpa_psk(ssid, password) == psk


@pytest.mark.parametrize("password", ["", "short12", "x" * 64, "pässword1", "tab\tulator"])
def test_a_password_that_no_network_has_is_refused(password):
    with pytest.raises(UserError, match="8 to 63 characters"):
        wpa_psk("door", password)


def test_the_password_is_asked_for_and_not_kept():
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return "password"

    wifi = ask_wifi("IEEE", "DE", answer)
    assert '"IEEE"' in asked[0]
    assert "password" not in repr(wifi)


@pytest.mark.parametrize("ssid", ["", "x" * 33, "line\nbreak"])
def test_a_network_s_name_that_cannot_be_is_refused(ssid):
    with pytest.raises(UserError, match="32 bytes"):
        ask_wifi(ssid, "DE", lambda _: "password")


def test_a_country_that_is_none_is_refused():
    with pytest.raises(UserError, match="two letters"):
        ask_wifi("door", "germany", lambda _: "password")


@pytest.mark.parametrize("country", ["XX", "ZZ", "EU", "00", "D", "DEU", "D1", "", "dé"])
def test_letters_that_are_no_country_are_refused_before_the_password_is_asked(country):
    with pytest.raises(UserError, match="ISO 3166"):
        ask_wifi("door", country, pytest.fail)


@pytest.mark.parametrize(("typed", "meant"), [("UK", "GB"), ("uk", "GB"), ("EL", "GR")])
def test_a_code_that_people_take_for_a_country_s_is_put_right(typed, meant):
    with pytest.raises(UserError, match=f"did you mean {meant}"):
        ask_wifi("door", typed, pytest.fail)


def test_the_countries_are_those_of_raspberry_pi_os():
    table = Path("/usr/share/zoneinfo/iso3166.tab")
    if not table.exists():
        pytest.skip("not run, because tzdata is missing")
    lines = [line for line in table.read_text().splitlines() if not line.startswith("#")]
    assert {line.split("\t")[0] for line in lines} == COUNTRIES


@pytest.mark.parametrize("key", ["0123456789abcdef" * 4, "0123456789ABCDEF" * 4])
def test_64_hexadecimal_digits_are_the_key_itself(key):
    assert wpa_psk("door", key) == key.lower()


def test_a_name_that_is_no_utf8_is_refused():
    with pytest.raises(UserError, match="cannot be printed"):
        ask_wifi("caf\udce9", "DE", pytest.fail)


def test_small_letters_are_a_country_too():
    assert ask_wifi("door", "de", lambda _: "password").country == "DE"


@pytest.mark.parametrize("said", [EOFError, AttributeError])
def test_a_password_that_nobody_can_type_is_missed_in_words(said):
    def closed(_):
        raise said

    with pytest.raises(UserError, match='No password was typed for the Wi-Fi network "door"'):
        ask_wifi("door", "DE", closed)


def test_a_public_key_is_read(tmp_path, samples):
    (tmp_path / "id.pub").write_text(f"{samples.key}\n")
    assert read_public_key(tmp_path / "id.pub") == samples.key


def test_a_private_key_is_refused(tmp_path):
    (tmp_path / "id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n")
    with pytest.raises(UserError, match=r"private key.*id\.pub instead"):
        read_public_key(tmp_path / "id")


@pytest.mark.parametrize("text", ["", "hello", "ssh-ed25519 AAAA one\nssh-ed25519 AAAA two", "ssh-rsa nokey"])
def test_a_file_that_is_no_public_key_is_refused(tmp_path, text):
    (tmp_path / "id.pub").write_text(text)
    with pytest.raises(UserError, match="not one ssh public key"):
        read_public_key(tmp_path / "id.pub")


def test_a_key_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"\(No such file or directory\): .*make one with `ssh-keygen -t ed25519`"):
        read_public_key(tmp_path / "id.pub")


def test_a_key_that_lacks_its_ending_is_told_it(tmp_path, samples):
    (tmp_path / "id.pub").write_text(samples.key)
    with pytest.raises(UserError, match=r"name \S+/id\.pub\."):
        read_public_key(tmp_path / "id")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"hostname": "front door"}, "no host name"),
        ({"hostname": "-door"}, "no host name"),
        ({"user": "Anna", "ssh_key": "k"}, "no user name"),
        ({"user": "maskwatch", "ssh_key": "k"}, "system's own"),
        ({"user": "anna"}, "add --ssh-key"),
    ],
)
def test_names_that_the_system_would_not_take_are_refused(fields, says):
    with pytest.raises(UserError, match=says):
        Access(**fields)
