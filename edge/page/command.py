"""The commands `maskwatch page` and `maskwatch snapshot`."""

import argparse
import importlib.util
import sys
from pathlib import Path

from edge.errors import UserError
from edge.help import example
from edge.settings.toml_file import settings_in_force


def add_page(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", config_help: str) -> None:
    """Add the commands that show the running door."""
    page = commands.add_parser(
        "page", **example("maskwatch page --set-password"), help="serve the web page that shows the running door"
    )
    page.add_argument("--set-password", action="store_true", help="only ask for a password and keep its digest")
    page.set_defaults(command=_page)
    snapshot = commands.add_parser(
        "snapshot",
        **example("maskwatch snapshot -o door.jpg"),
        help="save what the running door sees, as one annotated picture",
    )
    snapshot.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help="picture to write (.jpg, .png)")
    snapshot.add_argument("--force", action="store_true", help="replace that file if it is there")
    snapshot.set_defaults(command=_snapshot)
    for command in (page, snapshot):
        command.add_argument("--config", type=Path, metavar="FILE", help=config_help)


def _page(arguments: argparse.Namespace) -> int:
    from edge.page.password import set_password

    settings = settings_in_force(arguments.config)
    if arguments.set_password:
        set_password(Path(settings.page.password_file))
        sys.stdout.write("The password is set. A running page uses it after `sudo systemctl restart maskwatch-page`.\n")
        return 0
    missing = [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(
            f"These packages are not installed: {', '.join(missing)}", "run `pip install 'maskwatch[page]'`"
        )
    from edge.page.server import serve_page
    from edge.stream.waiting import say

    serve_page(settings, say)
    return 0


def _snapshot(arguments: argparse.Namespace) -> int:
    from edge.page.snapshot import save_snapshot

    door = Path(settings_in_force(arguments.config).stream.socket)
    state = save_snapshot(door, arguments.out, force=arguments.force)
    if state.blind is not None:
        why = f" ({state.blind.rstrip('.')})" if state.blind else ""
        sys.stderr.write(f"The camera gives no picture at the moment{why}. {arguments.out} shows its last picture.\n")
    return 0
