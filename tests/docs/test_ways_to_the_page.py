"""The manual's ways to the page, through a real stunnel with the manual's own certificate and configuration."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fences import REPOSITORY, scripts

from edge.page.password import Digest

DOCUMENT = REPOSITORY / ".readme" / "page.md"

PASSWORD = "correct horse"

PATIENCE = 60.0


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(port):
    late = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < late
            time.sleep(0.05)


@contextmanager
def listening(command, port):
    """A program at work, once it answers at a port."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def page(tmp_path):
    """The port of a page with a password, as the board's own name is door-1."""
    port = free_port()
    (tmp_path / "password").write_text(str(Digest.of(PASSWORD)))
    (tmp_path / "maskwatch.toml").write_text(
        f'[stream]\nsocket = "{tmp_path}/stream.sock"\n[page]\nlisten = "127.0.0.1:{port}"\n'
        'password_file = "password"\nhost_name = "door-1.local"\n'
    )
    command = [sys.executable, "-m", "edge", "page", "--config", tmp_path / "maskwatch.toml"]
    with listening(command, port):
        yield port


@pytest.fixture
def encrypted(tmp_path, page):
    """The port at which stunnel speaks TLS, set up by the manual's commands in a folder of ours."""
    if missing := [program for program in ("openssl", "stunnel4") if not shutil.which(program)]:
        pytest.skip(f"not run, because {', '.join(missing)} is missing")
    (fence,) = (fence for fence in scripts(DOCUMENT) if "stunnel" in fence.text)
    script = re.sub(r"^sudo (apt|systemctl) .*$", "", fence.text, flags=re.MULTILINE).replace("sudo ", "")
    if os.geteuid():
        script = re.sub(r"^set[ug]id .*\n", "", script, flags=re.MULTILINE)
    port = free_port()
    for before, after in {
        "/etc/stunnel": str(tmp_path),
        "$(hostname)": "door-1",
        "accept = 8443": f"accept = 127.0.0.1:{port}",
        "127.0.0.1:8470": f"127.0.0.1:{page}",
    }.items():
        assert before in script
        script = script.replace(before, after)
    made = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert "Fingerprint=" in made.stdout
    with listening(["stunnel4", tmp_path / "page.conf"], port):
        yield port


class Phone:
    """A browser that trusts the manual's certificate."""

    def __init__(self, port, certificate):
        self._context, self._port = ssl.create_default_context(cafile=certificate), port

    def ask(self, method, path, content=None, cookie=""):
        """The answer and its text."""
        connection = http.client.HTTPSConnection("door-1.local", self._port, context=self._context)
        plain = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        connection.sock = self._context.wrap_socket(plain, server_hostname="door-1.local")
        headers = {"Origin": f"https://door-1.local:{self._port}", "Cookie": cookie}
        connection.request(method, path, json.dumps(content) if content else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text


def test_through_stunnel_one_signs_in_by_a_verified_connection(encrypted, tmp_path):
    phone = Phone(encrypted, tmp_path / "page.crt")
    assert "What the camera sees" not in phone.ask("GET", "/")[1]
    signed_in, _ = phone.ask("POST", "/sign-in", {"password": PASSWORD})
    assert signed_in.status == 204
    cookie = signed_in.headers["Set-Cookie"].partition(";")[0]
    assert "What the camera sees" in phone.ask("GET", "/", cookie=cookie)[1]


def test_a_client_that_does_not_know_the_certificate_refuses_it(encrypted):
    with pytest.raises(ssl.SSLCertVerificationError):
        Phone(encrypted, None).ask("GET", "/")
