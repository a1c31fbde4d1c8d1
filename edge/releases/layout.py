"""The paths of releases, settings and links on a device."""

from dataclasses import dataclass
from pathlib import Path

BASE = "opt/maskwatch"
UNIT = "maskwatch.service"

ENABLED = {UNIT: "multi-user.target", "maskwatch-page.socket": "sockets.target"}
"""Units that start with the board, and the target that each belongs to."""

INSTALLED = tuple(f"maskwatch-{name}.service" for name in ("page", "stats", "mqtt", "metrics"))
"""Units that another unit starts, or that a person enables."""

USERS = ("maskwatch-page", "maskwatch-stats", "maskwatch-mqtt", "maskwatch-metrics", "maskwatch")
"""The users that the units run as."""


@dataclass(frozen=True)
class Layout:
    """The paths below `root`, which is "/" except in tests."""

    root: Path = Path("/")

    @property
    def base(self) -> Path:
        """Folder that `maskwatch uninstall` removes whole."""
        return self.root / BASE

    @property
    def releases(self) -> Path:
        """Folder of the releases."""
        return self.base / "releases"

    @property
    def current(self) -> Path:
        """Link to the release that boots: it has passed the health check, or is the first one."""
        return self.base / "current"

    @property
    def previous(self) -> Path:
        """Link to the release that was current before."""
        return self.base / "previous"

    @property
    def settings(self) -> Path:
        """The settings; every release reads them, and no release replaces them."""
        return self.root / "etc/maskwatch/maskwatch.toml"

    @property
    def trusted_keys(self) -> Path:
        """Public keys, one of which must have signed a bundle; without the file or a key in it, none has to."""
        return self.root / "etc/maskwatch/trusted_keys"

    @property
    def trial_unit(self) -> Path:
        """A unit that hides the installed one, and that a power cut removes with all of /run."""
        return self.root / "run/systemd/system" / UNIT

    @property
    def state(self) -> Path:
        """The service's state folder."""
        return self.root / "var/lib/maskwatch"

    @property
    def counts(self) -> Path:
        """The state folder of the counts."""
        return self.root / "var/lib/maskwatch-stats"

    @property
    def links(self) -> dict[Path, str]:
        """Links that never change: they lead through `current`, so one rename switches the program and the units."""
        systemd, local = f"/{BASE}/current/systemd", self.root / "usr/local"
        return {
            local / "lib/sysusers.d/maskwatch.conf": f"{systemd}/sysusers.conf",
            local / "lib/tmpfiles.d/maskwatch.conf": f"{systemd}/tmpfiles.conf",
            local / "bin/maskwatch": f"/{BASE}/current/bin/maskwatch",
            **{local / "lib/systemd/system" / unit: f"{systemd}/{unit}" for unit in (*ENABLED, *INSTALLED)},
            **{
                self.root / f"etc/systemd/system/{target}.wants" / unit: f"/usr/local/lib/systemd/system/{unit}"
                for unit, target in ENABLED.items()
            },
        }

    def release(self, name: str) -> Path:
        """Folder of a release."""
        return self.releases / name
