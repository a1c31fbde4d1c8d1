"""The command `maskwatch-export page`."""

import argparse
import time
from typing import TYPE_CHECKING

from edge.arguments import between
from edge.errors import UserError
from edge.help import example
from edge.settings.connections import PageSettings
from export.page.browser import open_browser
from export.page.tunnel import open_tunnel

if TYPE_CHECKING:
    from rich.console import Console


def add_page(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    page = commands.add_parser(
        "page",
        **example("maskwatch-export page pi@door-1.local"),
        help="show a door's page, through ssh; Ctrl-C closes it",
    )
    page.add_argument("host", metavar="HOST", help="as ssh takes it, such as pi@door-1.local")
    standard = PageSettings().listen.port
    page.add_argument(
        "--port",
        type=between(1, 65535),
        default=standard,
        metavar="N",
        help="port of the page on the door [%(default)s]",
    )
    page.set_defaults(command=show_page)


def show_page(arguments: argparse.Namespace, console: "Console") -> int:
    """Open the tunnel and the browser, and close both on Ctrl-C.

    Raises:
        UserError: The door or its page cannot be reached, or the connection was lost.
    """
    try:
        with open_tunnel(arguments.host, arguments.port) as tunnel:
            tunnel.wait_for_page()
            with open_browser(tunnel.url) as shown:
                opened = "is open in the browser" if shown else "can be opened"
                console.print(f"The page of {arguments.host} {opened}: {tunnel.url}  Ctrl-C closes it.", soft_wrap=True)
                while tunnel.is_open:
                    time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    raise UserError(f"The connection to {arguments.host} is lost", "run the command again")
