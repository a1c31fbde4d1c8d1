"""An arm64 Debian with its own Python and numpy, as Raspberry Pi OS has them.

The packages are unpacked, not installed: nothing has to be emulated for it, so it takes seconds, not minutes.
"""

import subprocess
from dataclasses import dataclass

from .cache import NotReachedError, cached

PACKAGES = ("python3", "python3-numpy", "libstdc++6")
"""Wheels take libstdc++ from the system."""

OPTIONS = (
    "--mode=root",
    "--architectures=arm64",
    "--variant=extract",
    f"--include={','.join(PACKAGES)}",
    "--setup-hook=/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh",
    '--aptopt=Acquire::Languages "none"',
)

CORES = 4

LIBRARIES = "/usr/lib/aarch64-linux-gnu/blas:/usr/lib/aarch64-linux-gnu/lapack"
"""Where numpy finds what Debian's alternatives would have linked to, had the packages been installed."""


@dataclass(frozen=True)
class Debian:
    suite: str
    python: str

    def root(self):
        """The folder with the root file system.

        Raises:
            NotReachedError: It has to be fetched, and cannot be.
        """
        recipe = repr((self.suite, OPTIONS, sorted(_cpu_files().items())))
        return cached(f"debian-{self.suite}", recipe, self._make)

    def _make(self, folder):
        source = f"deb {_mirror()} {self.suite} main"
        made = subprocess.run(["mmdebstrap", *OPTIONS, self.suite, folder, source], capture_output=True, text=True)
        if made.returncode and "Failed to fetch" in made.stderr:
            raise NotReachedError("Debian's packages are not reached")
        if made.returncode:
            raise RuntimeError(made.stderr)
        for name in ("proc", "mnt", "lib64", "usr/lib/x86_64-linux-gnu"):
            (folder / name).mkdir(exist_ok=True)
        for name, content in _cpu_files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)


BOOKWORM, TRIXIE = Debian("bookworm", "3.11"), Debian("trixie", "3.13")


def _mirror():
    """The mirror that this machine itself installs from."""
    fields = "$(ORIGIN)|$(LABEL)|$(CODENAME)|$(REPO_URI)"
    listed = subprocess.run(["apt-get", "indextargets", "--format", fields], capture_output=True, text=True)
    for line in listed.stdout.splitlines():
        origin, label, codename, address = line.split("|")
        if (origin, label) == ("Debian", "Debian") and "-" not in codename:
            return address
    raise NotReachedError("apt knows no mirror of Debian here, or `apt-get update` was never run")


def _cpu_files():
    """A Pi's /sys/devices/system/cpu: without it XNNPACK silently stays off, with this machine's LiteRT crashes."""
    cpu, all_cores = "sys/devices/system/cpu", f"0-{CORES - 1}\n"
    files = {f"{cpu}/{name}": all_cores for name in ("possible", "present", "online")}
    files[f"{cpu}/kernel_max"] = f"{CORES - 1}\n"
    for core in range(CORES):
        files |= {
            f"{cpu}/cpu{core}/topology/physical_package_id": "0\n",
            f"{cpu}/cpu{core}/topology/core_id": f"{core}\n",
            f"{cpu}/cpu{core}/topology/core_siblings_list": all_cores,
            f"{cpu}/cpu{core}/cpufreq/cpuinfo_min_freq": "1500000\n",
            f"{cpu}/cpu{core}/cpufreq/cpuinfo_max_freq": "1500000\n",
        }
    return files
