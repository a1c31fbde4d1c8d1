import json

import pytest

from .conftest import PASSWORD

FILES = ("/page.js", "/page.css", "/sign_in.js")


def states(answer):
    """The states of a stream."""
    for line in answer:
        if line.startswith(b'data: {"frame"'):
            yield json.loads(line[6:])


def test_the_page_has_no_file_from_elsewhere(browser):
    for path in ("/", *FILES):
        status, _, text = browser.ask("GET", path)
        assert status == 200
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "")  # a name, which nothing is fetched from


def test_the_stream_brings_states_with_pictures(door, browser, frame_result, person):
    door.stream.publish(frame_result(1.0, person()))
    answer = browser.stream()
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    state = next(states(answer))
    assert state["people"][0]["face_px"] == 100
    assert state["jpeg"]


def test_pictures_are_asked_of_the_door_only_while_someone_watches(door, browser, frame_result, eventually):
    readers = door.stream._server._readers
    assert not readers
    door.stream.publish(frame_result(1.0))
    answer = browser.stream()
    next(states(answer))
    assert len(readers) == 1
    answer.close()
    eventually(lambda: not readers)


def test_two_browsers_watch_one_connection(door, serve, frame_result):
    browsers = serve()
    answers = []
    for browser in (browsers(), browsers()):
        browser.open()
        answers.append(browser.stream())
    door.stream.publish(frame_result(1.0))
    assert [next(states(answer))["frame"] for answer in answers] == [1, 1]
    assert len(door.stream._server._readers) == 1


def test_a_command_reaches_the_door(door, browser, eventually):
    _, _, text = browser.ask("POST", "/command", {"do": "test", "output": "led"})
    assert json.loads(text) == {"ok": True, "reason": ""}
    eventually(lambda: door.pins.pin(17).state)


def test_a_refusal_of_the_door_is_passed_on(browser):
    assert "not muted" in browser.ask("POST", "/command", {"do": "unmute"})[2]


def test_a_door_that_is_away_is_said_to_be(door, browser):
    door.__exit__()
    status, _, text = browser.ask("POST", "/command", {"do": "unmute"})
    assert status == 503
    assert "systemctl start maskwatch" in text
    assert any(line == b"event: away\n" for line in [browser.stream().readline()])


@pytest.mark.parametrize("path", ["/stream", "/session"])
def test_without_a_session_nothing_is_shown(serve, path):
    assert serve()().ask("GET", path)[0] == 401


def test_without_a_session_nothing_is_done(door, serve):
    assert serve()().ask("POST", "/command", {"do": "test", "output": "led"})[0] == 401
    assert door.log.lines == []


def test_a_request_without_the_token_is_refused(door, browser):
    browser.token = ""
    assert browser.ask("POST", "/command", {"do": "test", "output": "led"})[0] == 401
    assert door.log.lines == []


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_request_from_another_site_is_refused(door, browser, origin):
    assert browser.ask("POST", "/command", {"do": "test", "output": "led"}, Origin=origin)[0] == 403
    assert door.log.lines == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8470", "localhost.evil.example", "[", ""])
def test_a_name_that_is_not_ours_is_refused(browser, host):
    connection_host = host or "evil"
    assert browser.ask("GET", "/", Host=connection_host)[0] == 421


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1:8470", "192.168.1.20", "[::1]:8470", "LOCALHOST"])
def test_our_names_and_every_address_are_answered(browser, host):
    assert browser.ask("GET", "/", Host=host)[0] == 200


@pytest.mark.parametrize("path", ["/", "/page.js", "/none", "/stream"])
def test_every_response_has_the_headers(serve, path):
    _, headers, _ = serve()().ask("GET", path)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/../app.py", "/static/page.html", "/page.html", "/%2e%2e/app.py"])
def test_no_other_file_is_served(browser, path):
    assert browser.ask("GET", path)[0] == 404


def test_the_cookie_is_for_this_site_alone(browser):
    _, headers, _ = browser.open()
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=strict" in headers["Set-Cookie"]


def test_a_password_is_asked_for(locked):
    status, _, text = locked().open()
    assert status == 200
    assert 'type="password"' in text
    assert "token" not in text


def test_after_signing_in_the_page_is_shown(signed_in):
    assert "<canvas" in signed_in.open()[2]
    assert signed_in.ask("GET", "/session")[0] == 204


def test_a_wrong_password_is_refused(locked):
    browser = locked()
    status, headers, _ = browser.ask("POST", "/sign-in", {"password": "wrong horse"})
    assert status == 401
    assert "Set-Cookie" not in headers
    assert "<canvas" not in browser.open()[2]


@pytest.mark.parametrize(
    "content",
    [None, {}, [], {"password": None}, {"password": ["x"]}, {"password": "x" * 9000}, {"password": "\ud800"}],
)
def test_what_is_no_password_is_refused(locked, content):
    assert locked().ask("POST", "/sign-in", content)[0] == 401


def test_brackets_within_brackets_are_no_password(locked):
    assert locked().ask("POST", "/sign-in", b"[" * 4000)[0] == 401


def test_guessing_is_slowed_down_also_for_the_right_password(locked, clock):
    browser = locked()
    for _ in range(5):
        assert browser.ask("POST", "/sign-in", {"password": "wrong horse"})[0] == 401
    status, headers, text = browser.ask("POST", "/sign-in", {"password": PASSWORD})
    assert (status, headers["Retry-After"]) == (429, "300")
    assert "5 minutes" in text
    clock.now += 300
    assert browser.ask("POST", "/sign-in", {"password": PASSWORD})[0] == 204


def test_a_session_ends_by_itself(signed_in, clock):
    clock.now += 3600
    assert signed_in.ask("GET", "/session")[0] == 401
    assert signed_in.ask("POST", "/command", {"do": "unmute"})[0] == 401


def test_a_stream_ends_with_its_session(door, signed_in, clock, frame_result):
    door.stream.publish(frame_result(1.0))
    answer = signed_in.stream()
    next(states(answer))
    clock.now += 3600
    door.stream.publish(frame_result(2.0))
    assert answer.read().startswith(b"\nevent: expired")


def test_after_signing_out_nothing_is_shown(signed_in):
    assert signed_in.ask("POST", "/sign-out")[0] == 204
    assert signed_in.ask("GET", "/session")[0] == 401
