"""What `maskwatch-export bundle` prints."""

from rich.table import Table

from export.bundle.bundle import Bundle


def bundle_table(bundle: Bundle) -> Table:
    """What is in the bundle, and how large."""
    manifest = bundle.manifest
    table = Table("in the bundle", "version", "MB", title=f"{manifest['release']} for {manifest['target']}")
    for package, version in manifest["packages"].items():
        size = sum(len(content) for name, content in bundle.files.items() if _belongs(name, package, version))
        table.add_row(package, version, f"{size / 1e6:.1f}")
    others = [name for name in bundle.files if not name.startswith("wheels/")]
    table.add_row(", ".join(sorted(others)), "", f"{sum(len(bundle.files[name]) for name in others) / 1e6:.1f}")
    return table


def _belongs(name: str, package: str, version: str) -> bool:
    return name.startswith(f"wheels/{package.replace('-', '_')}-{version}-")
