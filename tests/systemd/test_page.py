"""The page on a board: started by its socket, as a user of its own, beside a door that it cannot hurt."""

import json

import pytest

pytestmark = pytest.mark.systemd

ASK = """
import sys, http.client
connection = http.client.HTTPConnection("127.0.0.1", 8470, timeout=60)
connection.request("GET", "/")
answer = connection.getresponse()
page = answer.read().decode()
if len(sys.argv) == 1:
    print(page)
else:
    connection.request("GET", "/stream", headers={"Cookie": answer.headers["Set-Cookie"].partition(";")[0]})
    stream = connection.getresponse()
    print(next(line for line in stream if line.startswith(b"data: {")).decode()[6:])
"""


@pytest.fixture
def ask(board):
    return lambda *arguments: board("python3", "-c", ASK, *arguments)


def property_of(board, name):
    return board("systemctl", "show", "--value", "-p", name, "maskwatch-page.service")


def test_the_first_connection_starts_it_as_its_own_user(board, ask):
    board("systemctl", "stop", "maskwatch-page.service")
    assert board("systemctl", "is-active", "maskwatch-page.socket") == "active"
    assert property_of(board, "ActiveState") == "inactive"
    assert "<canvas" in ask()
    assert property_of(board, "ActiveState") == "active"
    process = property_of(board, "MainPID")
    assert board("ps", "-o", "user:20=", "-p", process) == "maskwatch-page"


def test_it_shows_what_the_door_sees(ask):
    state = json.loads(ask("stream"))
    assert state["jpeg"]
    assert state["outputs"]["led"] in (True, False)


def test_the_door_does_not_notice_that_it_is_killed(board, ask):
    ask("stream")
    door = board.pid
    board("systemctl", "kill", "-s", "KILL", "maskwatch-page.service")
    board.wait_until(lambda: property_of(board, "ActiveState") == "active" or ask())
    assert board.pid == door
    assert board.watching


def test_no_other_user_reaches_the_stream(board):
    script = "import socket; socket.socket(socket.AF_UNIX).connect('/run/maskwatch/stream.sock')"
    refused = board.ask("setpriv", "--reuid=65534", "--clear-groups", "python3", "-c", script)
    assert refused.returncode
    assert "Permission denied" in refused.stderr
    member = ("setpriv", "--reuid=maskwatch-page", "--regid=maskwatch", "--clear-groups")
    assert board.ask(*member, "python3", "-c", script).returncode == 0


def test_the_door_has_no_network(board):
    assert board.show("PrivateNetwork") == "yes"


def test_a_password_is_asked_for_once_it_is_set(board, ask):
    board("sh", "-c", "echo 'correct horse' | maskwatch page --set-password")
    try:
        file = "/etc/maskwatch/page-password"
        assert board("stat", "-c", "%U %G %a", file) == "root maskwatch-page 640"
        board("systemctl", "restart", "maskwatch-page.service")
        assert 'type="password"' in ask()
    finally:
        board("rm", "-f", "/etc/maskwatch/page-password")
        board("systemctl", "stop", "maskwatch-page.service")
