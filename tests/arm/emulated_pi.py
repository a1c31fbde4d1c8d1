"""Running Python as if on a Raspberry Pi, by QEMU's user emulator."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .debian import CORES, LIBRARIES

HERE = Path(__file__).parent

BASE = "fp asimd evtstrm crc32 cpuid"
NEWER = "aes pmull sha1 sha2 atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp"


@dataclass(frozen=True)
class Cpu:
    name: str
    """As QEMU calls it."""
    part: str
    """As /proc/cpuinfo calls it."""
    features: str

    def cpuinfo(self):
        """What /proc/cpuinfo says on such a board; QEMU shows that of this machine."""
        core = (
            f"BogoMIPS\t: 108.00\nFeatures\t: {self.features}\nCPU implementer\t: 0x41\nCPU architecture: 8\n"
            f"CPU variant\t: 0x0\nCPU part\t: {self.part}\nCPU revision\t: 3\n\n"
        )
        return "".join(f"processor\t: {number}\n{core}" for number in range(CORES))


CPUS = (
    Cpu("cortex-a53", "0xd03", BASE),  # Raspberry Pi 3 and Zero 2 W
    Cpu("cortex-a72", "0xd08", BASE),  # 4
    Cpu("cortex-a76", "0xd0b", f"{BASE} {NEWER}"),  # 5
)


@dataclass(frozen=True)
class EmulatedPi:
    root: Path
    cpu: Cpu
    folders: dict[str, Path]
    """Seen under /mnt by their names here."""
    packages: tuple[str, ...]
    """Names of those folders that Python imports from."""
    scratch: Path

    def python(self, *arguments, plugin=None):
        """Run Python with some arguments; the same instructions each time, as far as the program lets us.

        Args:
            plugin: A QEMU plugin to run it under.

        Returns:
            The finished process; its output is text.
        """
        return subprocess.run(self._command(arguments, plugin), capture_output=True, text=True)

    def start(self, *arguments):
        """Start Python with some arguments, its output thrown away; gives the running process."""
        return subprocess.Popen(self._command(arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _command(self, arguments, plugin=None):
        cpuinfo = self.scratch / f"cpuinfo-{self.cpu.name}"
        cpuinfo.write_text(self.cpu.cpuinfo())
        folders = [f"{name}={folder}" for name, folder in self.folders.items()]
        options = ["-cpu", self.cpu.name, "-seed", "1", *self._environment()]
        if plugin:
            folders.append(f"plugin={plugin.parent}")
            options += ["-plugin", f"/mnt/plugin/{plugin.name}"]
        enter = ["setarch", "--addr-no-randomize", HERE / "enter.sh", self.root, cpuinfo, *folders, "--"]
        return [*enter, shutil.which("qemu-aarch64"), *options, "/usr/bin/python3", *arguments]

    def _environment(self):
        variables = {
            "PATH": "/usr/bin",
            "HOME": "/tmp",
            "LD_LIBRARY_PATH": LIBRARIES,
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": ":".join(f"/mnt/{name}" for name in self.packages),
        }
        return [option for name, value in variables.items() for option in ("-E", f"{name}={value}")]
