"""Cards with broken and hostile files: flashing refuses them in one sentence, or keeps everything that was there."""

import base64
import hashlib
import io
import json
import shutil
import subprocess
import tarfile

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from edge.errors import UserError
from export.flash.access import Access, Wifi
from export.flash.bundle_file import read_bundle
from export.flash.card import recognize
from export.flash.login import read_login
from export.flash.partition import MountedFolder
from export.flash.plan import make_plan, write_card
from export.flash.show import differences, summary
from export.flash.ssh_key import key_fault

pytestmark = pytest.mark.fuzz

SETTINGS = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))).decode()
EVERYTHING = Access(
    hostname="door-1", user="ben", ssh_key=KEY, wifi=Wifi(ssid="a\\b;c", psk="0123456789abcdef" * 4, country="NO")
)
LINE = "console=tty1 root=PARTUUID=1-02 rootwait"
COMMON = {
    "config.txt": "arm_64bit=1\n",
    "cmdline.txt": f"{LINE}\n",
    "kernel8.img": "k",
    "initramfs8": "i",
    "issue.txt": "Raspberry Pi reference\nstage2\n",
}
CARDS = {
    "trixie": COMMON
    | {
        "user-data": "#cloud-config\nhostname: hall\nusers:\n- name: anna\n  passwd: $5$a$b\nbootcmd:\n- [a, b]\n",
        "network-config": "network:\n  version: 2\n  wifis:\n    wlan0:\n      access-points:\n        Hall: {}\n",
        "meta-data": "instance-id: x\n",
    },
    "bookworm": COMMON
    | {
        "firstrun.sh": "#!/bin/sh\nset +e\nuserconf 'anna' '$5$a$b'\nrm -f /boot/firstrun.sh\nexit 0\n",
        "custom.toml": '[user]\nname = "anna"\n[system]\nhostname = "hall"\n',
        "userconf.txt": "ben:$5$a$b\n",
    },
}
TEXTS = ["user-data", "meta-data", "firstrun.sh", "custom.toml", "userconf.txt"]
TOKENS = st.sampled_from(
    [
        *(
            "",
            "\0",
            "\n",
            "\r\n",
            "\r",
            "\t",
            " ",
            "é",
            "\ufeff",
            '"',
            "'",
            "`",
            "$(x)",
            "\\",
            ";",
            "#",
            "--",
            "&a ",
            "*a ",
        ),
        *(
            "[",
            "]",
            "{",
            "}",
            ": ",
            "- ",
            "!!x ",
            "<<: ",
            "? ",
            "|",
            ">",
            "%YAML 1.1",
            "---\n",
            "...",
            "null",
            "true",
            "1e999",
        ),
        *(
            "systemd.run=x",
            "cfg80211.ieee80211_regdom=",
            "init=",
            "root=",
            "os_prefix=a\n",
            "cmdline=b\n",
            "arm_64bit=0\n",
        ),
        *(
            "users:",
            "user:",
            "hostname:",
            "bootcmd:",
            "version: 1",
            "name:",
            "userconf ",
            "set_hostname ",
            "\x1b[2J",
            "[",
        ),
    ]
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("cards")


@pytest.fixture(scope="module")
def bundles(place):
    """A bundle for each system."""

    def make(system):
        files = {"install.py": hashlib.sha256(b"").hexdigest()}
        content = json.dumps({"release": "1.0+a", "target": system, "files": files}).encode()
        with tarfile.open(place / f"{system}.tar", "w") as archive:
            for name, data in (("manifest.json", content), ("install.py", b"")):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return read_bundle(place / f"{system}.tar")

    return {system: make(system) for system in CARDS}


@st.composite
def cards(draw):
    """A card with some of its files changed, and some of its names in capitals."""
    system = draw(st.sampled_from(sorted(CARDS)))
    files = {name: text.encode() for name, text in CARDS[system].items()}
    for name in draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=3)):
        content = files[name]
        for _ in range(draw(st.integers(1, 4))):
            at, end = draw(st.integers(0, len(content))), draw(st.integers(0, 12))
            content = (
                content[:at] + draw(st.one_of(TOKENS.map(str.encode), st.binary(max_size=4))) + content[at + end :]
            )
        files[name] = content
    shout = draw(st.sets(st.sampled_from(sorted(files))))
    return {name.upper() if name in shout else name: content for name, content in files.items()}


@seed(1)
@SETTINGS
@given(cards(), st.sampled_from([Access(), EVERYTHING]))
def test_a_card_is_refused_or_keeps_what_it_had(place, bundles, files, access):
    shutil.rmtree(place / "bootfs", ignore_errors=True)
    (place / "bootfs").mkdir()
    for name, content in files.items():
        (place / "bootfs" / name).write_bytes(content)
    card = MountedFolder(place / "bootfs")
    try:
        plan = flashed(card, bundles, access)
    except UserError:
        assert {name: card.read(name) for name in card.names()} == files
        return
    lower = [name.lower() for name in card.names()]
    assert len(lower) == len(set(lower))
    first, rest = (files[card.actual("cmdline.txt")] + b"\n").split(b"\n", 1)
    after = card.read("cmdline.txt")
    assert (after + b"\n").split(b"\n", 1)[1] == rest
    assert len(after) >= len(first)
    assert str(plan.login).isprintable()
    assert flashed(card, bundles, access).changes == []


def flashed(card, bundles, access):
    """Flashes a card, and shows what is shown; gives the plan."""
    found = recognize(card)
    plan = make_plan(card, found, bundles[found.system], access)
    list(summary(plan))
    list(differences(plan))
    write_card(plan, lambda _: None)
    return plan


@seed(2)
@SETTINGS
@given(st.sampled_from(["bookworm", "trixie"]), st.dictionaries(st.sampled_from(TEXTS), st.lists(TOKENS).map("".join)))
def test_a_login_is_read_or_refused(system, texts):
    try:
        login = read_login(system, texts, KEY)
    except UserError:
        return
    assert str(login).isprintable()


@seed(3)
@settings(SETTINGS, max_examples=2000)
@given(st.data())
def test_a_changed_key_is_refused_where_ssh_keygen_refuses_it(place, data):
    at, end = data.draw(st.integers(0, len(KEY))), data.draw(st.integers(0, 3))
    key = KEY[:at] + data.draw(st.text("AZaz09+/= -\n", max_size=3)) + KEY[at + end :]
    if key_fault(key) or not shutil.which("ssh-keygen"):
        return
    (place / "id.pub").write_text(f"{key}\n")
    assert subprocess.run(["ssh-keygen", "-lf", place / "id.pub"], capture_output=True, check=False).returncode == 0
