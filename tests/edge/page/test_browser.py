"""The page in a real browser: what a person sees, and what their clicks do."""

import http.client
import time

import pytest

from .chromium import DESKTOP, PHONE, chromium
from .conftest import PASSWORD
from .real_door import RealDoor, write_clip

pytestmark = pytest.mark.browser

PATIENCE = 90.0

PICTURE = "return document.getElementById('picture').toDataURL()"
BOXES = "return [...document.querySelectorAll('.box')].map(box => getComputedStyle(box).stroke)"
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
GREEN, RED = "rgb(0, 148, 108)", "rgb(208, 52, 44)"


def wait(so):
    """Wait until something is so, and return it."""
    late = time.monotonic() + PATIENCE
    while not (answer := so()):
        assert time.monotonic() < late
        time.sleep(0.05)
    return answer


def text(browser, name):
    return browser.execute_script("return document.getElementById(arguments[0])?.textContent ?? ''", name)


def click(browser, name):
    browser.execute_script("document.getElementById(arguments[0]).click()", name)


def complaints(browser):
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.fixture(scope="module")
def real_door(tmp_path_factory):
    folder = tmp_path_factory.mktemp("door")
    write_clip(folder / "door.mp4")
    with RealDoor(folder, folder / "door.mp4") as door:
        wait(lambda: answers(door.port))
        yield door


def answers(port):
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def window():
    """One browser for all tests that do not need two; its cookies go before each."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def alone(window):
    window.delete_all_cookies()
    window.get_log("browser")
    yield window
    window.get("about:blank")


@pytest.fixture
def page_of(serve):
    """The address of a page with a password, or without."""
    return lambda password=None: f"http://localhost:{serve(password)().port}/"


def test_the_picture_moves_and_a_box_turns_from_green_to_red(real_door, alone):
    alone.get(real_door.address)
    wait(lambda: text(alone, "status") in ("watching", "alert"))
    first = alone.execute_script(PICTURE)
    wait(lambda: alone.execute_script(PICTURE) != first)
    wait(lambda: GREEN in alone.execute_script(BOXES))
    wait(lambda: RED in alone.execute_script(BOXES))
    wait(lambda: text(alone, "status") == "alert")
    assert "not compliant" in wait(lambda: text(alone, "spoken"))
    assert complaints(alone) == []


def test_a_door_that_is_killed_and_started_again_comes_back_by_itself(real_door, alone):
    alone.get(real_door.address)
    wait(lambda: text(alone, "status") in ("watching", "alert"))
    real_door.kill("run")
    wait(lambda: text(alone, "status") == "no door")
    assert "does not answer" in text(alone, "veil")
    real_door.start("run")
    wait(lambda: text(alone, "status") in ("watching", "alert"))
    picture = alone.execute_script(PICTURE)
    wait(lambda: alone.execute_script(PICTURE) != picture)


def test_a_page_that_is_killed_and_started_again_comes_back_by_itself(real_door, alone):
    alone.get(real_door.address)
    wait(lambda: text(alone, "status") in ("watching", "alert"))
    real_door.kill("page")
    wait(lambda: text(alone, "status") == "not connected")
    real_door.start("page")
    wait(lambda: text(alone, "status") in ("watching", "alert"))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_reaches_over_the_edge(real_door, size):
    with chromium(size) as browser:
        browser.get(real_door.address)
        wait(lambda: text(browser, "status") in ("watching", "alert"))
        assert browser.execute_script(OVERFLOW) <= 0


def test_test_led_drives_the_pin(door, page_of, alone, frame_result):
    door.stream.publish(frame_result(1.0))
    alone.get(page_of())
    click(alone, "test-led")
    wait(lambda: door.pins.pin(17).state)
    wait(lambda: "blinks" in text(alone, "answer"))


def test_test_buzzer_drives_the_pin(door, page_of, alone):
    alone.get(page_of())
    click(alone, "test-buzzer")
    wait(lambda: door.pins.pin(27).state)


def test_the_mute_button_mutes_and_ends_the_mute(door, page_of, alone, frame_result):
    alone.get(page_of())
    for _ in range(2):
        click(alone, "mute")
        wait(lambda: text(alone, "answer"))
        seconds = door.alarm.buzzer_muted_seconds
        door.stream.publish(frame_result(1.0))
        wait(lambda muted=seconds > 0: ("End mute" in text(alone, "mute")) == muted)
    assert [line.split('"event": "')[1].split('"')[0] for line in door.log.lines] == ["buzzer_muted", "buzzer_unmuted"]


def test_a_mute_ends_on_the_page_though_no_frame_comes(door, page_of, alone, frame_result):
    door.alarm.mute_buzzer(0.1)  # six seconds
    door.stream.publish(frame_result(1.0))
    alone.get(page_of())
    wait(lambda: "End mute" in text(alone, "mute"))
    wait(lambda: "End mute" not in text(alone, "mute"))


def test_a_far_face_is_asked_to_step_closer(door, page_of, alone, frame_result, person):
    alone.get(page_of())
    for box, advice in (((100, 60, 116, 82), "Step closer."), ((100, 60, 150, 120), "Near enough to alert.")):
        door.stream.publish(frame_result(1.0, person(box=box)))
        wait(lambda advice=advice: text(alone, "size-advice") == advice)
    assert text(alone, "face-px") == "60"


def test_every_button_is_reached_by_the_keyboard_and_has_a_name(page_of, alone):
    from selenium.webdriver.common.keys import Keys

    alone.get(page_of())
    names = []
    for _ in range(3):
        alone.switch_to.active_element.send_keys(Keys.TAB)
        names.append(alone.switch_to.active_element.accessible_name)
    assert names == ["Test LED", "Test buzzer", "Mute 10 minutes"]


def sign_in(browser, password):
    field = wait(lambda: browser.find_elements("id", "password"))[0]
    field.clear()
    field.send_keys(password + "\n")


def test_a_wrong_password_is_refused_and_the_right_one_opens(door, page_of, alone, frame_result):
    door.stream.publish(frame_result(1.0))
    alone.get(page_of(PASSWORD))
    sign_in(alone, "wrong horse")
    wait(lambda: text(alone, "answer") == "This is not the password.")
    assert not door.stream._server._readers  # no picture was asked for
    sign_in(alone, PASSWORD)
    wait(lambda: text(alone, "status") == "watching")


def test_a_session_that_ends_beneath_an_open_page_asks_for_the_password(door, page_of, alone, clock, frame_result):
    door.stream.publish(frame_result(1.0))
    alone.get(page_of(PASSWORD))
    sign_in(alone, PASSWORD)
    wait(lambda: text(alone, "status") == "watching")
    clock.now += 3600
    door.stream.publish(frame_result(2.0))
    wait(lambda: alone.find_elements("id", "password"))
    assert wait(lambda: alone.find_element("id", "ended").is_displayed())


def test_signing_out_asks_for_the_password(door, page_of, alone, frame_result):
    door.stream.publish(frame_result(1.0))
    alone.get(page_of(PASSWORD))
    sign_in(alone, PASSWORD)
    wait(lambda: text(alone, "status") == "watching")
    click(alone, "sign-out")
    wait(lambda: alone.find_elements("id", "password"))


def test_two_browsers_see_the_same(door, page_of, alone, frame_result, person):
    address = page_of(PASSWORD)
    with chromium(PHONE, dark=True) as other:
        for browser in (alone, other):
            browser.get(address)
            sign_in(browser, PASSWORD)
            wait(lambda browser=browser: text(browser, "veil"))
        door.stream.publish(frame_result(1.0, person()))
        for browser in (alone, other):
            wait(lambda browser=browser: browser.execute_script(BOXES) == [RED])
        click(other, "mute")
        wait(lambda: text(other, "answer"))
        door.stream.publish(frame_result(2.0, person()))
        wait(lambda: "End mute" in text(alone, "mute"))
