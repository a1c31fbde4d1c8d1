import io
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from edge.errors import UserError
from export.flash.access import Access, Wifi
from export.flash.cloud_init import (
    BOOT_COMMAND,
    instance_name,
    merged_meta_data,
    merged_network_config,
    merged_user_data,
)


def read(text):
    """As cloud-init reads it: by the rules of YAML 1.1, in which `NO` is false."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    return yaml.load(text)


@pytest.fixture(params=["stock", "imager", "empty"])
def files(request, samples):
    if request.param == "empty":
        return {"user-data": "", "network-config": "", "meta-data": ""}
    return getattr(samples, request.param)("trixie")


def test_user_data_begins_as_cloud_init_wants_it(files, samples):
    assert merged_user_data(files["user-data"], samples.everything).startswith("#cloud-config\n")


def test_the_boot_command_is_there_once(files):
    once = merged_user_data(files["user-data"], Access())
    assert read(once)["bootcmd"] == [list(BOOT_COMMAND)]
    assert merged_user_data(once, Access()) == once


def test_comments_stay(samples):
    text = merged_user_data(samples.imager("trixie")["user-data"], samples.everything)
    assert "# radio on" in text
    text = merged_user_data(samples.stock("trixie")["user-data"], samples.everything)
    assert "#hostname: raspberrypi\n#ssh_pwauth: false\n" in text


def test_what_imager_wrote_stays(samples):
    before = read(samples.imager("trixie")["user-data"])
    after = read(merged_user_data(samples.imager("trixie")["user-data"], Access()))
    assert after == before | {"bootcmd": [list(BOOT_COMMAND)]}


def test_the_first_user_of_the_card_gets_the_key(samples):
    after = read(merged_user_data(samples.imager("trixie")["user-data"], Access(ssh_key=samples.key)))
    assert [(user["name"], user["ssh_authorized_keys"]) for user in after["users"]] == [("anna", [samples.key])]


def test_another_user_is_added_beside_the_first(samples):
    access = Access(user="ben", ssh_key=samples.key)
    users = read(merged_user_data(samples.imager("trixie")["user-data"], access))["users"]
    assert [user["name"] for user in users] == ["anna", "ben"]
    assert "ssh_authorized_keys" not in users[0]


def test_a_card_without_a_user_gets_pi(samples):
    users = read(merged_user_data(samples.stock("trixie")["user-data"], Access(ssh_key=samples.key)))["users"]
    assert users[0]["name"] == "pi"
    assert users[0]["lock_passwd"] is True


@pytest.mark.parametrize("name", ["no", "on", "1e3", "0x10", "12"])
def test_a_host_s_name_stays_text(name):
    assert read(merged_user_data("", Access(hostname=name)))["hostname"] == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("#!/bin/sh\necho hello\n", 'begins with "#!/bin/sh"'),
        ("#cloud-config\nusers: [unclosed\n", "is not YAML"),
        ("#cloud-config\n- a\n- b\n", "no mapping"),
        ("#cloud-config\nbootcmd: reboot\n", '"bootcmd" .* is no list'),
    ],
)
def test_user_data_that_nothing_can_be_added_to_is_refused(text, says):
    with pytest.raises(UserError, match=says):
        merged_user_data(text, Access())


def test_the_network_is_added(files, samples):
    device = read(merged_network_config(files["network-config"], samples.wifi))["network"]["wifis"]["wlan0"]
    assert device["access-points"]["Front door"] == {"password": samples.wifi.psk}
    assert device["regulatory-domain"] == "DE"
    assert device["dhcp4"] is True


def test_other_networks_stay(samples):
    text = merged_network_config(samples.imager("trixie")["network-config"], samples.wifi)
    assert list(read(text)["network"]["wifis"]["wlan0"]["access-points"]) == ["Hall", "Front door"]


def test_adding_the_network_again_changes_nothing(files, samples):
    once = merged_network_config(files["network-config"], samples.wifi)
    assert merged_network_config(once, samples.wifi) == once


def test_a_network_without_the_outer_key_is_added_to(samples):
    text = merged_network_config("version: 2\nethernets:\n  eth0:\n    dhcp4: true\n", samples.wifi)
    assert set(read(text)) == {"version", "ethernets", "wifis"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("network:\n  version: 1\n  config: []\n", "not of version 2"),
        ("network:\n  version: 2\n  wifis: none\n", '"wifis" .* no settings of its own'),
    ],
)
def test_a_network_config_that_nothing_can_be_added_to_is_refused(samples, text, says):
    with pytest.raises(UserError, match=says):
        merged_network_config(text, samples.wifi)


@pytest.mark.parametrize("country", ["NO", "DE"])
def test_norway_stays_a_country(samples, country):
    text = merged_network_config("", Wifi(ssid="on", psk=samples.wifi.psk, country=country))
    device = read(text)["network"]["wifis"]["wlan0"]
    assert device["regulatory-domain"] == country
    assert list(device["access-points"]) == ["on"]


def test_the_card_gets_a_name_and_keeps_the_rest_of_its_meta_data(samples):
    text = merged_meta_data(samples.stock("trixie")["meta-data"], "maskwatch-1")
    assert read(text) == {"dsmode": "local", "instance_id": "rpios-image", "instance-id": "maskwatch-1"}
    assert text.startswith("# Instance of the image.")


def test_the_card_s_name_follows_its_content():
    assert instance_name("a", "b") == instance_name("a", "b")
    assert instance_name("a", "b") != instance_name("ab", "")


WORDS = st.text("abcdefgyno 0123456789:#'\"-", min_size=1, max_size=12)
SCALARS = st.one_of(st.booleans(), st.none(), st.integers(-(10**6), 10**6), WORDS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
USERS = st.lists(st.one_of(st.just("default"), st.dictionaries(st.sampled_from(["name", "gecos"]), WORDS)), max_size=3)
CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "hostname": WORDS,
        "users": st.one_of(st.none(), USERS),
        "bootcmd": st.lists(st.one_of(WORDS, st.lists(WORDS, min_size=1, max_size=3)), max_size=3),
        "runcmd": st.lists(WORDS, max_size=3),
        "packages": st.lists(WORDS, max_size=3),
        "write_files": st.lists(st.dictionaries(WORDS, WORDS, max_size=2), max_size=2),
        "other": VALUES,
    },
)


def written(config, *, flow):
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.version = (1, 1)
    out = io.StringIO()
    yaml.dump(config, out)
    # The directive that it writes is not in files that people have.
    return "#cloud-config\n" + out.getvalue().partition("---")[2].lstrip()


@settings(max_examples=25, deadline=None)
@given(CONFIGS, st.booleans(), st.booleans())
def test_merging_keeps_everything_and_twice_is_once(samples, config, flow, has_key):
    access = Access(hostname="door-1", ssh_key=samples.key if has_key else "")
    text = written(config, flow=flow)
    before = read(text) or {}
    once = merged_user_data(text, access)
    after = read(once)
    assert merged_user_data(once, access) == once
    assert after["bootcmd"] == (before.get("bootcmd") or []) + [list(BOOT_COMMAND)]
    for key in set(before) - {"hostname", "users", "bootcmd"}:
        assert after[key] == before[key]
    for old, new in zip(before.get("users") or [], after.get("users") or [], strict=False):
        kept = {key: value for key, value in new.items() if key in old} if isinstance(old, dict) else new
        assert kept == old


@pytest.mark.slow
@pytest.mark.parametrize("made_by", ["stock", "imager"])
def test_cloud_init_itself_finds_nothing_wrong(tmp_path, samples, made_by):
    if not shutil.which("cloud-init"):
        pytest.skip("not run, because cloud-init is missing (apt install cloud-init)")
    path = tmp_path / "user-data"
    path.write_text(merged_user_data(getattr(samples, made_by)("trixie")["user-data"], samples.everything))
    said = subprocess.run(["cloud-init", "schema", "--config-file", path], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
