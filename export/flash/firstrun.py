"""What Bookworm runs at its first boot: `firstrun.sh`, which cmdline.txt names."""

import re
import shlex

from edge.errors import UserError
from export.flash.access import DEFAULT_USER, Access

SCRIPT = "/boot/firmware/firstrun.sh"
RUN_ONCE = (f"systemd.run={SCRIPT}", "systemd.run_success_action=reboot", "systemd.unit=kernel-command-line.target")
# It writes the log itself.
ARM = "sh /boot/firmware/maskwatch/first-boot.sh arm >/dev/null"
LOG = "/boot/firmware/maskwatch/first-boot.log"
BEGIN = "# maskwatch: begin (maskwatch-export flash replaces the lines from here)"
END = "# maskwatch: end"
BLOCK = re.compile(rf"^{re.escape(BEGIN)}\n.*?^{END}\n", re.MULTILINE | re.DOTALL)
CLEANING_UP = re.compile(r"^.*(\brm\b.*firstrun\.sh|\bsed\b.*cmdline\.txt).*$|^exit\b.*\Z", re.MULTILINE)
"""The end of a `firstrun.sh`, as Raspberry Pi Imager writes it: the system itself cuts off what comes after."""
CLEAN_LINE = "; ".join(rf"1s| {word.replace('.', '[.]')}||" for word in RUN_ONCE)
"""For sed: takes the words of RUN_ONCE, and no others, out of the first line of cmdline.txt."""
NEW_SCRIPT = rf"""#!/bin/sh
# Raspberry Pi OS runs this once, then starts again.
set +e
sed -i '{CLEAN_LINE}' /boot/firmware/cmdline.txt
rm -f {SCRIPT}
exit 0
"""
IMAGER_CUSTOM = "/usr/lib/raspberrypi-sys-mods/imager_custom"
USERCONF = "/usr/lib/userconf-pi/userconf"
HOSTNAME, SSH, USER, WIFI = ORDER = ("set_hostname", "enable_ssh", "userconf", "set_wlan")
"""The commands of a block, by which one replaces that of an earlier time."""
NO_PASSWORD = "*"
SET_USER = re.compile(r"^[^#\n]*\buserconf\s+['\"]?([a-z][\w-]*)", re.MULTILINE)
"""A command that gives the user a name."""
UNSAFE_IN_KEYFILE = re.compile(r"[\\;#]|[^ -~]|^[- ]| $")


def merged_firstrun(text: str, access: Access, *, user: str) -> str:
    """`firstrun.sh` with our commands in it, before it tidies up after itself; everything else stays.

    Commands of an earlier time stay, too, but for those that a new one replaces.

    Args:
        text: The script that is there, or nothing.
        access: Name, user and network.
        user: The user whom another file of the card names; empty where none does.

    Raises:
        UserError: The script is not one for a shell.
    """
    if "\r" in text:
        raise UserError(
            "firstrun.sh on the card has the line ends of Windows, with which it cannot run",
            "save it with those of Linux, or move it away first",
        )
    found = BLOCK.search(text)
    kept = _commands(found[0]) if found else {}
    script = BLOCK.sub("", (text.strip() and text) or NEW_SCRIPT)
    if not re.match(r"#!.*sh\b", script):
        raise UserError(
            "firstrun.sh on the card is no shell script, so nothing can be added to it", "move it away first"
        )
    has_user = bool(user) or "userconf" in script or USER in kept
    end = CLEANING_UP.search(script.rstrip())
    before, after = (script[: end.start()], script[end.start() :]) if end else (f"{script.rstrip()}\n", "")
    return f"{before}{_block(kept | _new_commands(access, has_user=has_user))}{after}"


def for_keyfile(ssid: str) -> str:
    """A network's name as `set_wlan` may write it, unchanged, into a keyfile of NetworkManager's.

    There a name is text, with escapes of GLib's for backslashes and blanks and one of NetworkManager's own for
    semicolons, or the list of its bytes. `set_wlan` escapes nothing and takes `-h` for an option, so everything that is
    not plain goes as bytes.
    """
    return "".join(f"{byte};" for byte in ssid.encode()) if UNSAFE_IN_KEYFILE.search(ssid) else ssid


def for_echo(key: str) -> str:
    """A public key as `enable_ssh` may hand it to `echo`, which reads backslashes: without a comment that has some."""
    return " ".join(key.split(maxsplit=2)[:2]) if "\\" in key else key


def _new_commands(access: Access, *, has_user: bool) -> dict[str, str]:
    commands = {}
    if access.hostname:
        commands[HOSTNAME] = [IMAGER_CUSTOM, HOSTNAME, access.hostname]
    if access.ssh_key:
        commands[SSH] = [IMAGER_CUSTOM, SSH, "-k", for_echo(access.ssh_key)]
    if access.user or (access.ssh_key and not has_user):
        commands[USER] = [USERCONF, access.user or DEFAULT_USER, NO_PASSWORD]
    if access.wifi:
        commands[WIFI] = [IMAGER_CUSTOM, WIFI, for_keyfile(access.wifi.ssid), access.wifi.psk, access.wifi.country]
    return {name: shlex.join(command) for name, command in commands.items()}


def _commands(block: str) -> dict[str, str]:
    """The lines of a block that we have written, by what each is for."""
    lines = {name: re.search(rf"^(?:{IMAGER_CUSTOM} {name}|\S+/{name}) .*$", block, re.MULTILINE) for name in ORDER}
    return {name: line[0] for name, line in lines.items() if line}


def _block(commands: dict[str, str]) -> str:
    lines = "".join(f"{commands[name]}\n" for name in ORDER if name in commands)
    # With `|| true` no command ends a script that runs under `set -e`.
    return f"{BEGIN}\n{{\n{ARM}\n{lines}}} >>{LOG} 2>&1 || true\n{END}\n"
