"""`maskwatch-export flash`."""

import argparse
import tempfile
from dataclasses import replace
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from edge.errors import UserError
from edge.help import example
from export.bundle.command import add_bundle_options
from export.flash.access import Access, ask_wifi, refuse_wifi
from export.flash.bundle_file import read_bundle, refuse_other_system
from export.flash.card import Card, open_partition, recognize
from export.flash.plan import Plan, make_plan, write_card
from export.flash.settings import read_card_settings, settings_on, source_in
from export.flash.show import differences, next_steps, notes, summary
from export.flash.ssh_key import read_public_key
from export.flash.trust import keys_on, refuse_unsigned

if TYPE_CHECKING:
    from rich.console import Console


def add_flash(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to `maskwatch-export`."""
    flash = commands.add_parser(
        "flash",
        **example("maskwatch-export flash --card /media/$USER/bootfs --hostname door-1"),
        help="prepare a card of Raspberry Pi OS that installs maskwatch at its first boot",
    )
    flash.add_argument(
        "--card",
        type=Path,
        required=True,
        metavar="PLACE",
        help="folder where the card's boot partition (bootfs) is mounted, or an image file (.img)",
    )
    flash.add_argument("--bundle", type=Path, metavar="FILE", help="bundle to put there [made now]")
    add_bundle_options(flash)
    flash.add_argument("--settings", type=Path, metavar="FILE", help="settings in TOML; every value has a default")
    flash.add_argument(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="public key whose owner signs bundles: from then on the board installs no others; once for each key",
    )
    flash.add_argument("--hostname", default="", metavar="NAME", help="name of the board in the network")
    flash.add_argument("--ssh-key", type=Path, metavar="FILE", help="public key that may log in; switches ssh on")
    flash.add_argument("--user", default="", metavar="NAME", help="user who logs in with it [the card's, or pi]")
    flash.add_argument("--wifi", metavar="SSID", help="wireless network (WPA2); its password is asked for")
    flash.add_argument("--wifi-country", default="", metavar="CC", help="country whose channels it may use, such as DE")
    flash.add_argument("--dry-run", action="store_true", help="only show what would be written")
    flash.set_defaults(command=flash_card)


def flash_card(arguments: argparse.Namespace, console: "Console") -> None:
    """Show what will be written to the card, and write it.

    Raises:
        UserError: An argument, the card or the bundle is not what it should be; nothing was written then.
    """
    _refuse_options(arguments)
    # What the person typed, before the card: a mistake there should not wait until a card is found.
    settings = read_card_settings(arguments.settings) if arguments.settings else None
    access = _access(arguments)
    trusted = [read_public_key(path) for path in arguments.trust]
    bundle = read_bundle(arguments.bundle) if arguments.bundle else None
    with tempfile.TemporaryDirectory() as folder:
        try:
            partition = open_partition(arguments.card)
            card = recognize(partition)
            if bundle:
                refuse_other_system(bundle, card.system)
            keys = trusted or keys_on(partition)
            refuse_unsigned(bundle, keys, arguments.sign)
            # Only here, so that nobody types a password for a command that is refused.
            access = _with_wifi(access, arguments)
            if not bundle:
                bundle = read_bundle(_made_bundle(card, arguments, Path(folder), console))
                refuse_unsigned(bundle, keys, arguments.sign)
            plan = make_plan(partition, card, bundle, access, settings, trusted)
        except OSError as error:
            raise UserError(
                f"{arguments.card} cannot be read ({error.strerror or error})", "see that it may be"
            ) from error
        source = source_in(settings if settings is not None else settings_on(partition))
        _show(plan, console, dry_run=arguments.dry_run, source=source)
        if not arguments.dry_run:
            if plan.changes or plan.removals:
                _write(plan, console)
            console.print(next_steps(plan), soft_wrap=True)


def _refuse_options(arguments: argparse.Namespace) -> None:
    if arguments.bundle and (arguments.model or arguments.sign):
        option = "--model" if arguments.model else "--sign"
        raise UserError(f"{option} is for a bundle that is made now", f"leave --bundle out, or make it with {option}")
    if arguments.model:
        from export.bundle.bundle import models_by_place

        models_by_place(arguments.model)
    if bool(arguments.wifi) != bool(arguments.wifi_country):
        raise UserError("--wifi and --wifi-country go together", "a board that knows no country keeps its radio off")
    if arguments.wifi:
        refuse_wifi(arguments.wifi, arguments.wifi_country)


def _made_bundle(card: Card, arguments: argparse.Namespace, folder: Path, console: "Console") -> Path:
    """The bundle that `maskwatch-export bundle` makes for the card's system."""
    from export.bundle.bundle import make_bundle, save_bundle
    from export.bundle.sign import signed
    from export.bundle.target import TARGETS

    with console.status("Making the bundle; the first time its wheels are downloaded"):
        bundle = make_bundle(TARGETS[card.system], models=arguments.model)
    return save_bundle(signed(bundle, arguments.sign) if arguments.sign else bundle, folder)


def _access(arguments: argparse.Namespace) -> Access:
    return Access(
        hostname=arguments.hostname,
        user=arguments.user,
        ssh_key=read_public_key(arguments.ssh_key) if arguments.ssh_key else "",
    )


def _with_wifi(access: Access, arguments: argparse.Namespace) -> Access:
    return replace(access, wifi=ask_wifi(arguments.wifi, arguments.wifi_country, getpass)) if arguments.wifi else access


def _show(plan: Plan, console: "Console", *, dry_run: bool, source: str) -> None:
    for line in summary(plan):
        console.print(line, soft_wrap=True)
    for note in notes(plan, source=source):
        console.print(f"\n{note}")
    if dry_run:
        console.print()
        for line in differences(plan):
            console.print(line, soft_wrap=True)
        console.print("This was a dry run: nothing was written.")


def _write(plan: Plan, console: "Console") -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Writing", total=sum(change.bytes_count for change in plan.changes))
        write_card(plan, lambda count: progress.update(task, advance=count))
        progress.update(task, description="Written")
