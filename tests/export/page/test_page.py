"""`maskwatch-export page` with an `ssh` that forwards as the real one does, but to this machine."""

import http.client
import http.server
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from export.cli import main

# Takes ssh's -L and forwards each connection; ends with 255 for a host that is switched off.
SSH = f"""#!{sys.executable}
import socket, sys, threading
if sys.argv[-1] == "switched-off":
    sys.exit(255)
here, there = sys.argv[sys.argv.index("-L") + 1].rsplit(":127.0.0.1:", 1)
def carry(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the two has gone
listener = socket.create_server(("127.0.0.1", int(here.split(":")[1])))
while True:
    near, _ = listener.accept()
    try:
        far = socket.create_connection(("127.0.0.1", int(there)))
    except OSError:
        near.close()
        continue
    for pair in ((near, far), (far, near)):
        threading.Thread(target=carry, args=pair, daemon=True).start()
"""

# Notes what it was to show, and that it was asked to end.
BROWSER = """#!/bin/sh
echo "$*" > "$NOTES/shown"
trap 'echo closed > "$NOTES/closed"; exit 0' TERM
while :; do sleep 0.1; done
"""


@pytest.fixture(params=["chromium"])
def environment(request, tmp_path):
    """A machine with our ssh and one browser."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("ssh", SSH), (request.param, BROWSER)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (programs / "sleep").symlink_to(shutil.which("sleep"))
    return {**os.environ, "PATH": f"{programs}", "DISPLAY": ":9", "NOTES": str(tmp_path), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def page():
    """The port of something that answers."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def start(environment, *arguments):
    program = "import os, sys; os.geteuid = lambda: 1000; from export.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "page", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("environment", ["chromium", "firefox-esr"], indirect=True)
def test_the_page_is_shown_and_ctrl_c_closes_the_browser_and_the_tunnel(environment, page, tmp_path, eventually):
    running = start(environment, "door", "--port", page)
    said = running.stdout.readline()
    assert "The page of door is open in the browser: http://localhost:" in said
    url = said.split(": ")[1].split()[0]
    eventually(lambda: (tmp_path / "shown").is_file() and (tmp_path / "shown").read_text())
    assert url in (tmp_path / "shown").read_text()
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    assert "Traceback" not in running.stderr.read()
    assert (tmp_path / "closed").exists()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":")[-1].strip("/"))).request("GET", "/")


def test_without_a_screen_the_address_is_said(environment, page):
    running = start({**environment, "DISPLAY": "", "WAYLAND_DISPLAY": ""}, "door", "--port", page)
    assert "can be opened: http://localhost:" in running.stdout.readline()
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0


def test_a_door_without_a_page_is_said_to_have_none(environment, page, unused_port):
    running = start(environment, "door", "--port", unused_port)
    assert running.wait(60) == 2
    assert "No page answers on door" in running.stderr.read()


def test_a_door_that_is_switched_off_ends_with_status_2(environment):
    running = start(environment, "switched-off")
    assert running.wait(60) == 2
    assert "ssh to switched-off ended" in running.stderr.read()


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_cannot_be_is_refused(capsys, port):
    with pytest.raises(SystemExit, match="2"):
        main(["page", "door", "--port", port])
    assert f"argument --port: must be a whole number from 1 to 65535, not {port}" in capsys.readouterr().err


def test_an_option_is_no_host(capsys):
    assert main(["page", "--", "-oProxyCommand=true"]) == 2
    assert "is no host" in capsys.readouterr().err


@pytest.fixture
def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    return address[1]


def test_a_real_ssh_leads_to_the_page(sshd, page):
    running = start(
        {**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": "", "PYTHONUNBUFFERED": "1"}, "door", "--port", page
    )
    url = running.stdout.readline().split(": ")[1].split()[0]
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.status == 200
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=60)


def test_the_manuals_own_tunnel_leads_to_the_page(sshd, page, unused_port, eventually):
    manual = (Path(__file__).parents[3] / ".readme" / "page.md").read_text()
    (line,) = re.findall(r"^ssh -N -L [^#\n]*", manual, re.MULTILINE)
    line = line.replace("-L 8470:127.0.0.1:8470 pi@door-1.local", f"-L {unused_port}:127.0.0.1:{page} door")
    with subprocess.Popen(shlex.split(line)) as tunnel:
        eventually(lambda: answers(unused_port))
        tunnel.terminate()


def answers(port):
    try:
        return urllib.request.urlopen(f"http://localhost:{port}/", timeout=60).status == 200
    except OSError:
        return False
