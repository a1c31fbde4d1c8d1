"""A tunnel to a port of a device that listens only locally."""

import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from edge.errors import UserError

OPTIONS = ("-N", "-o", "ExitOnForwardFailure=yes", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=15")

STEP_SECONDS = 0.2
"""Between two checks of the tunnel; ssh may ask for a password in the meantime."""

PAGE_SECONDS = 60.0
"""How long a small board may take to start the page."""


class Tunnel:
    """An open tunnel."""

    def __init__(self, host: str, port: int, ssh: subprocess.Popen[bytes]) -> None:
        """Take over a running `ssh` that leads from `port` here to the device."""
        self.host, self.port, self._ssh = host, port, ssh

    @property
    def url(self) -> str:
        """Where the page is on this machine."""
        return f"http://localhost:{self.port}/"

    @property
    def is_open(self) -> bool:
        """Whether ssh still runs."""
        return self._ssh.poll() is None

    def wait_for_page(self) -> None:
        """Wait until the page answers.

        Raises:
            UserError: ssh has ended, or no page answers on the device.
        """
        while not self._leads_through():
            if not self.is_open:
                raise UserError(f"ssh to {self.host} ended (status {self._ssh.returncode})", "see what it says above")
            time.sleep(STEP_SECONDS)
        page = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PAGE_SECONDS)
        try:
            page.request("GET", "/")
            page.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise UserError(
                f"No page answers on {self.host}",
                f"see `ssh {self.host} systemctl status maskwatch-page.socket`; a release from before there was a page "
                "has to be replaced with `maskwatch-export push`",
            ) from error
        finally:
            page.close()

    def _leads_through(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
        except OSError:
            return False
        return True


@contextmanager
def open_tunnel(host: str, port: int) -> Iterator[Tunnel]:
    """Within it, `ssh` leads from a free port of this machine to one of the device's own.

    Args:
        host: As `ssh` takes it.
        port: The device's.

    Raises:
        UserError: There is no ssh, or this is no host.
    """
    if not shutil.which("ssh"):
        raise UserError("The program ssh is missing", "run `sudo apt install openssh-client`")
    if host.startswith("-"):
        raise UserError(f"{host} is no host", "name the device as you do for ssh, such as pi@door-1.local")
    here = _free_port()
    forward = f"127.0.0.1:{here}:127.0.0.1:{port}"
    ssh = subprocess.Popen(["ssh", *OPTIONS, "-L", forward, "--", host])
    try:
        yield Tunnel(host, here, ssh)
    finally:
        ssh.terminate()
        ssh.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
