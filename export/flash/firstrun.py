"""What Bookworm runs at its first boot: `firstrun.sh`, which cmdline.txt names."""

import re
import shlex

from edge.errors import UserError
from export.flash.access import Access

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
NEW_SCRIPT = rf"""#!/bin/sh
# Raspberry Pi OS runs this once, then starts again.
set +e
sed -i 's| systemd\.[^ ]*||g' /boot/firmware/cmdline.txt
rm -f {SCRIPT}
exit 0
"""
IMAGER_CUSTOM = "/usr/lib/raspberrypi-sys-mods/imager_custom"
USERCONF = "/usr/lib/userconf-pi/userconf"
HOSTNAME, SSH, USER, WIFI = ORDER = ("set_hostname", "enable_ssh", "userconf", "set_wlan")
"""The commands of a block, by which one replaces that of an earlier time."""
NO_PASSWORD = "*"
DEFAULT_USER = "pi"


def merged_firstrun(text: str, access: Access, *, has_user: bool) -> str:
    """`firstrun.sh` with our commands in it, before it tidies up after itself; everything else stays.

    Commands of an earlier time stay, too, but for those that a new one replaces.

    Args:
        text: The script that is there, or nothing.
        access: Name, user and network.
        has_user: Whether the card already says who its user is.

    Raises:
        UserError: The script is not one for a shell.
    """
    found = BLOCK.search(text)
    kept = _commands(found[0]) if found else {}
    script = BLOCK.sub("", (text.strip() and text) or NEW_SCRIPT)
    if not re.match(r"#!.*sh\b", script):
        raise UserError(
            "firstrun.sh on the card is no shell script, so nothing can be added to it", "move it away first"
        )
    has_user = has_user or "userconf" in script or USER in kept
    end = CLEANING_UP.search(script.rstrip())
    before, after = (script[: end.start()], script[end.start() :]) if end else (f"{script.rstrip()}\n", "")
    return f"{before}{_block(kept | _new_commands(access, has_user=has_user))}{after}"


def _new_commands(access: Access, *, has_user: bool) -> dict[str, str]:
    commands = {}
    if access.hostname:
        commands[HOSTNAME] = [IMAGER_CUSTOM, HOSTNAME, access.hostname]
    if access.ssh_key:
        commands[SSH] = [IMAGER_CUSTOM, SSH, access.ssh_key]
    if access.user or (access.ssh_key and not has_user):
        commands[USER] = [USERCONF, access.user or DEFAULT_USER, NO_PASSWORD]
    if access.wifi:
        commands[WIFI] = [IMAGER_CUSTOM, WIFI, access.wifi.ssid, access.wifi.psk, access.wifi.country]
    return {name: shlex.join(command) for name, command in commands.items()}


def _commands(block: str) -> dict[str, str]:
    """The lines of a block that we have written, by what each is for."""
    lines = {name: re.search(rf"^(?:{IMAGER_CUSTOM} {name}|\S+/{name}) .*$", block, re.MULTILINE) for name in ORDER}
    return {name: line[0] for name, line in lines.items() if line}


def _block(commands: dict[str, str]) -> str:
    lines = "".join(f"{commands[name]}\n" for name in ORDER if name in commands)
    # With `|| true` no command ends a script that runs under `set -e`.
    return f"{BEGIN}\n{{\n{ARM}\n{lines}}} >>{LOG} 2>&1 || true\n{END}\n"
