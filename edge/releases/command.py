"""The device's commands about releases, as `maskwatch` and a bundle's `install.py` run them."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from edge.errors import UserError
from edge.releases.bundle_file import install_bundle_file
from edge.releases.install import install_bundle
from edge.releases.layout import Layout
from edge.releases.record import NONE, Record, installed_releases, linked_release, read_health
from edge.releases.rollback import rollback
from edge.releases.target_system import open_target_system, refuse_other_root
from edge.releases.uninstall import uninstall

HEADINGS = ("release", "target", "installed at", "", "models pushed alone", "healthy")


def install_here(bundle: Path, root: Path) -> int:
    """Install an unpacked and verified bundle; its `install.py` calls this after its checks."""
    return _refused_in_words(lambda: install_bundle(bundle, open_target_system(root, sys.stdout)))


def install_file(file: Path, root: Path) -> int:
    """`maskwatch install`: a bundle, or a model alone."""
    if not file.is_file():
        raise UserError(f"There is no file {file} to install", "name a bundle (.tar) or a model (.tflite)")
    refuse_other_root(root)
    if file.suffix != ".tflite":
        return install_bundle_file(file, root)
    # The only import that needs more than the standard library.
    from edge.releases.model import install_model

    return _refused_in_words(lambda: install_model(file, open_target_system(root, sys.stdout)))


def roll_back(wanted: str, root: Path) -> int:
    """`maskwatch rollback`."""
    return _refused_in_words(lambda: rollback(open_target_system(root, sys.stdout), wanted))


def list_releases(root: Path) -> int:
    """`maskwatch releases`."""
    refuse_other_root(root)
    show_releases(Layout(root), sys.stdout)
    return 0


def show_releases(layout: Layout, out: TextIO) -> None:
    """Write the table, oldest release first, and the damaged releases below it."""
    damage: list[str] = []
    rows = [_row(layout, record) for record in installed_releases(layout, lambda error: damage.append(str(error)))]
    if rows:
        widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
        out.writelines(_line(row, widths) for row in [HEADINGS, *rows])
    out.writelines(f"{line}\n" for line in damage or ([] if rows else [f"{NONE}."]))


def uninstall_here(root: Path) -> int:
    """`maskwatch uninstall`."""
    uninstall(open_target_system(root, sys.stdout))
    return 0


def _refused_in_words(work: Callable[[], int]) -> int:
    """Run a command; if it is refused or the disk fails, say why in one sentence."""
    try:
        return work()
    except UserError as error:
        sys.stderr.write(f"maskwatch: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"maskwatch: The installation stopped ({error}). The current release has not changed.\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _row(layout: Layout, record: Record) -> tuple[str, ...]:
    places = {linked_release(layout.previous): "previous", linked_release(layout.current): "current"}
    health = read_health(layout.release(record.name))
    healthy = "not tried" if health is None else "yes" if health.healthy else f"no: {health.why}"
    models = ", ".join(f"{kind} {model.network} {model.sha256[:8]}" for kind, model in record.models.items())
    return record.name, record.target, record.installed_at, places.get(record.name, ""), models, healthy


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
