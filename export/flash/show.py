"""A plan as a person reads it before the card is written."""

import difflib
import re
from collections.abc import Iterator

from export.flash.image import ImageFile
from export.flash.plan import SETTINGS, FileChange, Plan

HIDDEN = "(not shown)"
PASSWORD = re.compile(r"(\b(?:plain_text_)?passw(?:or)?d:\s+)\S.*")
WIFI_KEY = re.compile(r"((?:\bset_wlan\b|\bpsk=).*?)\b[0-9a-f]{64}\b")
HASH = re.compile(r"\$\w+\$[\w./$=,]+")


def summary(plan: Plan) -> Iterator[str]:
    """Lines with what is on the card, what goes there, and notes."""
    card, bundle = plan.card, plan.bundle
    kind = "64-bit, Lite" if card.lite else "64-bit"
    yield f"Card    {plan.partition}: Raspberry Pi OS {card.system.capitalize()} ({kind}) {card.issue}".rstrip()
    yield f"Bundle  {bundle.name}, {size(bundle.bytes_count)}"
    yield f"Space   {size(plan.partition.free_bytes())} free, {size(plan.needed_bytes)} needed"
    yield f"Login   {_login(plan)}"
    yield ""
    if not plan.changes and not plan.removals:
        yield "The card holds all of it already; there is nothing to write."
    for change in plan.changes:
        verb = "new    " if change.before is None else "change "
        yield f"  {verb} {change.name:44} {size(change.bytes_count):>9}"
    for name in plan.removals:
        yield f"  remove  {name}"


def _login(plan: Plan) -> str:
    if not plan.login.over_network:
        return f"{plan.login}, but nothing on the card switches ssh on: --ssh-key FILE does"
    return f"ssh {plan.login}" + (", with the key alone: ssh takes no passwords" if plan.login.key_only else "")


def differences(plan: Plan) -> Iterator[str]:
    """Unified differences of the text files that were there, and the whole of new ones that the system reads."""
    for change in plan.changes:
        if isinstance(change.content, bytes) and (change.before is not None or "/" not in change.name):
            for line in _difference(change, change.content):
                yield _without_secrets(line, plan.secrets)


def _difference(change: FileChange, content: bytes) -> Iterator[str]:
    before = (change.before or b"").decode(errors="replace").splitlines()
    after = content.decode(errors="replace").splitlines()
    old = "/dev/null" if change.before is None else f"a/{change.name}"
    return difflib.unified_diff(before, after, old, f"b/{change.name}", lineterm="")


def _without_secrets(line: str, secrets: list[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, HIDDEN)
    for pattern in (PASSWORD, WIFI_KEY):
        line = pattern.sub(rf"\1{HIDDEN}", line)
    return HASH.sub(HIDDEN, line)


def notes(plan: Plan, *, source: str) -> Iterator[str]:
    """What the person should know about the first boot."""
    if plan.card.lite and not plan.has_wifi:
        needed = "python3-picamera2" if source == "picamera2" else "python3-numpy"
        yield (
            f"The Lite image may lack packages that maskwatch takes from the system, such as {needed}: let the "
            "board have a network at its first boot (a cable, or --wifi), or use the image with a desktop."
        )
    if any(change.name.lower() == SETTINGS and change.before is not None for change in plan.changes):
        yield (
            "These settings are for a board on which maskwatch is not installed yet. One that has settings keeps them; "
            "they are in /etc/maskwatch/maskwatch.toml there."
        )


def next_steps(plan: Plan) -> str:
    """What to do with the card now, and how to log in."""
    first = "Write the image to a card" if isinstance(plan.partition, ImageFile) else "Eject the card"
    steps = (
        f"{first}, put it into the board and switch it on. The green LED beats while it installs, shines for ten "
        "seconds when it is done, and blinks fast if it failed: maskwatch/first-boot.log on this partition then says "
        "why."
    )
    return f"{steps}\nThen log in: ssh {plan.login}" if plan.login.over_network else steps


def size(bytes_count: int) -> str:
    """A number of bytes for people."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if bytes_count >= factor:
            return f"{bytes_count / factor:.1f} {unit}"
    return f"{bytes_count} B"
