"""A Raspberry Pi 3B in software: boots a card, runs commands in it, and reads its pins from outside."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Self

from firmware import BootFiles

GPIO_LEVELS = 0x3F200034
"""Address of the register GPLEV0, which holds the levels of pins 0 to 31."""

BOOT_SECONDS, COMMAND_SECONDS, HALT_SECONDS = 900.0, 300.0, 300.0
"""Three times what an idle machine needs."""


class CommandError(Exception):
    """A command in the Pi failed, or did not end in time."""


class Pi:
    """The board with a card in it. A context manager, on within it; what it writes stays on the card."""

    def __init__(self, card: Path, *, console: Path) -> None:
        """Put the card in.

        Args:
            card: The image, which is written to.
            console: Gets what the kernel and systemd say, boot after boot.
        """
        self.card, self._console = card, console
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        """Switch it on, and wait until it answers."""
        with self._opened:
            self.power_on()
            self._opened = self._opened.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        """Pull the plug."""
        self.power_cut()

    def power_on(self) -> None:
        """Boot from the card as it is."""
        folder = Path(self._opened.enter_context(TemporaryDirectory(prefix="pi-")))
        boot = BootFiles.of(self.card, folder)
        self._opened.callback(self._collect_console, folder / "console")
        self._qemu = self._opened.enter_context(_qemu(self.card, boot, folder))
        self._opened.callback(self._qemu.kill)
        self._monitor = Monitor(_connect(folder / "monitor", self._opened))
        self._shell = Shell(_connect(folder / "shell", self._opened))
        self._shell.wait_until_there(BOOT_SECONDS)

    def power_cut(self) -> None:
        """Switch it off as a pulled plug does: what is not on the card yet is lost."""
        self._opened.close()

    def reboot(self) -> None:
        """Shut down in order and boot again."""
        self._shell.send("systemctl reboot")
        self._qemu.wait(HALT_SECONDS)
        self.power_cut()
        self.power_on()

    def run(self, command: str, *, seconds: float = COMMAND_SECONDS) -> str:
        """Run a shell command as root and return what it prints.

        Raises:
            CommandError: It failed, or did not end within so many seconds.
        """
        return self._shell.run(command, seconds)

    def succeeds(self, command: str) -> bool:
        """Whether a shell command does."""
        try:
            self.run(command)
        except CommandError:
            return False
        return True

    def gpio_level(self, pin: int) -> bool:
        """Whether a pin is high, read from the GPIO block's register behind the guest's back."""
        return bool(self._monitor.read_word(GPIO_LEVELS) >> pin & 1)

    def wait_until(self, true: Callable[[], bool], *, seconds: float, every: float = 1.0) -> None:
        """Wait for something to become true.

        Raises:
            TimeoutError: It did not within so many seconds.
        """
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise TimeoutError(f"not true within {seconds:g} s")
            time.sleep(every)

    def _collect_console(self, said: Path) -> None:
        with self._console.open("ab") as file:
            file.write(said.read_bytes())


def _qemu(card: Path, boot: BootFiles, folder: Path) -> subprocess.Popen:
    sockets = ("-chardev", f"socket,id=shell,path={folder}/shell,server=on,wait=off")
    return subprocess.Popen(
        [
            *("qemu-system-aarch64", "-M", "raspi3b", "-display", "none", "-no-reboot"),
            *("-kernel", boot.kernel, "-initrd", boot.initramfs, "-dtb", boot.device_tree),
            *("-append", boot.command_line, "-drive", f"file={card},format=raw,if=sd"),
            *sockets,
            *("-serial", "chardev:shell", "-serial", f"file:{folder}/console"),
            *("-qmp", f"unix:{folder}/monitor,server=on,wait=off"),
        ]
    )


def _connect(path: Path, opened: ExitStack) -> socket.socket:
    end = time.monotonic() + 60
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.1)
    connection = opened.enter_context(socket.socket(socket.AF_UNIX))
    connection.connect(str(path))
    return connection


class Monitor:
    """QEMU's own interface."""

    def __init__(self, connection: socket.socket) -> None:
        self._file: IO = connection.makefile("rw")
        self._file.readline()
        self._ask("qmp_capabilities")

    def read_word(self, address: int) -> int:
        """32 bits at a physical address."""
        said = self._ask("human-monitor-command", **{"command-line": f"xp /1wx {address:#x}"})
        return int(said.split(":")[1], 16)

    def _ask(self, command: str, **arguments: str) -> str:
        self._file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._file.flush()
        while True:
            answer = json.loads(self._file.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise OSError(answer["error"]["desc"])


class Shell:
    """A root shell on a serial port without an echo."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._heard = ""
        self._number = 0

    def wait_until_there(self, seconds: float) -> None:
        """Wait until it answers.

        Raises:
            CommandError: It does not within so many seconds.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self.run("true", 5.0)
                return
            except CommandError:
                pass
        raise CommandError(f"The Pi did not boot within {seconds:g} s.")

    def send(self, line: str) -> None:
        """Type a line."""
        self._connection.sendall(f"{line}\n".encode())

    def run(self, command: str, seconds: float) -> str:
        """Run a command and return what it prints.

        Raises:
            CommandError: It failed, or did not end within so many seconds.
        """
        self._number += 1
        # What comes before the first mark is the shell's prompt, or what a late command had to say.
        number = self._number
        self.send(f'echo "@@{number}("; ( {command}\n) </dev/null 2>&1; echo "@@{number}:$?:"')
        mark = re.compile(rf"@@{number}\(\r?\n(.*)@@{number}:(\d+):\r?\n", re.DOTALL)
        printed, status = self._read_until(mark, command, seconds)
        if status:
            raise CommandError(f"{command} ended with {status}:\n{printed}")
        return printed

    def _read_until(self, mark: re.Pattern[str], command: str, seconds: float) -> tuple[str, int]:
        end = time.monotonic() + seconds
        while not (found := mark.search(self._heard)):
            self._connection.settimeout(max(0.01, end - time.monotonic()))
            try:
                self._heard += self._connection.recv(65536).decode(errors="replace")
            except TimeoutError as error:
                raise CommandError(f"{command} did not end within {seconds:g} s:\n{self._heard}") from error
        self._heard = self._heard[found.end() :]
        return found[1].replace("\r\n", "\n"), int(found[2])
