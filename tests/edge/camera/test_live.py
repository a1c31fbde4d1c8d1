import threading
from itertools import count, islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from edge.camera.frame_rate import FrameRate
from edge.camera.live import BLACK, FROZEN, MOST_HANGING, CameraHangsError, is_black
from edge.errors import UserError

SOON = 0.05
"""Seconds without a new picture after which a camera is opened again; more often than need be on a busy machine."""


def test_frames_come_in_the_order_of_their_times(driver, live, first):
    times = [frame.seconds for frame in first(live(driver()), 5)]
    assert times == sorted(set(times))


def test_a_slow_loop_gets_the_newest_frame_and_no_queue(driver, live):
    numbers, shown = iter(range(10**9)), driver()
    shown.picture = lambda: np.full((8, 8, 3), 50 + next(numbers) % 200, np.uint8)
    camera = live(shown)
    frames = iter(camera)
    one = next(frames)
    threading.Event().wait(0.05)
    assert next(frames).seconds - one.seconds > 0.03


@pytest.mark.parametrize("call", ["grab", "picture", "close"])
def test_an_exception_at_any_call_does_not_end_the_frames(driver, live, first, call):
    faults = {call: ["raises"]} | ({"grab": ["well", "raises"]} if call == "close" else {})
    shown = driver(**faults)
    assert len(first(live(shown), 3)) == 3


def test_a_camera_that_cannot_be_opened_again_is_tried_for_ever(driver, live, first):
    camera = live(driver(open=["well"] + ["raises"] * 20, grab=["raises"]))
    assert len(first(camera, 1)) == 1
    assert camera.troubles[:2] == ["grab failed", "grab failed"]
    assert "open failed" in camera.troubles


def test_the_waits_between_the_tries_grow_to_half_a_minute(driver, live, first):
    slept = []
    first(live(driver(open=["well"] + ["raises"] * 8, grab=["raises"]), sleep=slept.append), 1)
    assert sum(slept) == 0.5 + 1 + 2 + 4 + 8 + 16 + 3 * 30
    assert max(slept) <= 1.0  # the heartbeat goes on in between


def test_trouble_is_reported_until_the_next_frame(driver, live, first):
    camera = live(driver(open=["well"] + ["raises"] * 5, grab=["raises"]))
    first(camera, 1)
    assert len(camera.troubles) >= 0.5 + 1 + 2 + 4 + 8  # at least once a second
    assert camera.trouble == ""


def test_the_camera_recovers_from_a_stall(driver, live, first):
    shown = driver(grab=["well", "well", "stalls"])
    camera = live(shown, rebuild_after_seconds=SOON)
    assert len(first(camera, 4)) == 4
    assert shown.opened >= 2


def test_a_hung_thread_that_comes_back_closes_its_camera(driver, live, first):
    shown = driver(grab=["stalls"])
    camera = live(shown, rebuild_after_seconds=SOON)
    first(camera, 1)
    shown.let_go.set()
    camera.__exit__()
    for thread in threading.enumerate():
        if thread.name == "capture":
            thread.join(60)
    assert shown.closed == shown.opened >= 2


def test_a_driver_that_hangs_again_and_again_needs_a_new_process(driver, live, first):
    camera = live(driver(grab=["stalls"] * (MOST_HANGING + 1)), rebuild_after_seconds=SOON)
    with pytest.raises(CameraHangsError, match="has to be started again"):
        first(camera, 1)


def test_a_camera_that_is_not_there_at_first_is_refused(driver, live):
    def absent():
        raise UserError("There is no camera.")

    with pytest.raises(UserError, match="There is no camera"):
        live(absent)


def test_a_camera_that_hangs_while_it_is_first_opened_is_refused(driver, live, monkeypatch):
    monkeypatch.setattr("edge.camera.live.OPENING_SECONDS", SOON)
    with pytest.raises(UserError, match="has not opened within"):
        live(driver(open=["stalls"]))


def test_an_error_of_the_driver_at_the_first_opening_is_one_sentence(driver, live):
    with pytest.raises(UserError, match=r"cannot be opened \(open failed\): unplug it"):
        live(driver(open=["raises"]))


@pytest.mark.parametrize("faults", [{"open": ["well", "stalls"]}, {"grab": ["raises", "stalls"]}])
def test_trouble_is_reported_while_the_camera_is_opened_and_while_its_first_picture_is_awaited(
    driver, live, first, faults
):
    shown, told = driver(**{"grab": ["raises"], **faults}), []
    camera = live(shown, rebuild_after_seconds=20.0)

    def tell(trouble):
        told.append(trouble.problem)
        if len(told) == 5:  # more often than between two tries
            shown.let_go.set()

    camera.on_trouble = tell
    first(camera, 1)
    assert set(told) == {"grab failed"}  # and never that the camera has not answered


def test_a_camera_that_is_asked_for_few_frames_is_not_opened_again_between_them(driver, live, first):
    shown = driver()
    camera = live(shown, rate=FrameRate(4.0), rebuild_after_seconds=SOON)
    first(camera, 3)
    assert shown.opened == 1
    assert camera.troubles == []


def test_a_rate_that_is_raised_counts_at_once(driver, live):
    shown, rate = driver(), FrameRate(1e6)
    rate.limit("idle", 1e-3)
    frames = iter(live(shown, rate=rate))
    next(frames)
    rate.lift("idle")
    next(frames)  # and not in a quarter of an hour


def test_pictures_of_another_size_are_taken_as_they_come(driver, live):
    shown = driver()
    frames = iter(live(shown))
    for pictures, shape in (("well", (480, 640, 3)), ("small", (120, 160, 3)), ("well", (480, 640, 3))):
        shown.pictures = pictures
        assert any(frame.image.shape == shape for frame in islice(frames, 100))


def test_black_pictures_count_as_blind(driver, live, first):
    shown = driver()
    shown.pictures = "black"
    camera, told = live(shown), []

    def tell(trouble):
        told.append(trouble)
        shown.pictures = "well"

    camera.on_trouble = tell
    assert not is_black(first(camera, 1)[0].image)
    assert set(told) == {BLACK}


def thaw(camera, driver, told, *, opened):
    """Have a frozen camera send other pictures once it reports that it is frozen and has been opened so many times."""

    def tell(trouble):
        if str(trouble) == str(FROZEN):
            told.append(trouble)
        if driver.opened >= opened:
            driver.pictures = "well"

    camera.on_trouble = tell


def test_a_frozen_camera_is_opened_again_until_its_pictures_differ(driver, live):
    shown = driver()
    camera, told = live(shown, rebuild_after_seconds=SOON), []
    shown.pictures = "frozen"
    thaw(camera, shown, told, opened=3)
    frames = iter(camera)
    while shown.opened < 3:
        next(frames)
    assert told
    assert camera.trouble == ""


def test_noise_free_black_is_a_dead_camera_and_no_dark_hall(driver, live, first):
    shown, noise = driver(), np.random.default_rng(1)
    shown.picture = lambda: noise.integers(90, 99, (48, 64, 3), np.uint8) * np.uint8(shown.opened >= 3)
    camera = live(shown, rebuild_after_seconds=SOON)
    first(camera, 1)
    assert shown.opened >= 3
    assert BLACK.problem in camera.troubles
    assert FROZEN.problem not in camera.troubles


def test_a_still_door_differs_by_its_noise(driver, live, first):
    camera = live(driver(), rebuild_after_seconds=0.02)
    assert first(camera, 100)[-1].seconds > 0.02
    assert FROZEN.problem not in camera.troubles


def test_a_picture_that_is_sent_twice_is_no_fault_and_given_once(driver, live, first):
    shown, number = driver(), count()
    shown.picture = lambda: np.full((48, 64, 3), 50 + next(number) // 2 % 200, np.uint8)
    levels = [int(frame.image[0, 0, 0]) for frame in first(live(shown), 20)]
    assert all(one != other for one, other in pairwise(levels))


def test_a_still_recording_stands_in_for_a_camera(driver, live, first):
    shown = driver()
    shown.pictures = "frozen"
    camera = live(shown, noisy=False)
    assert first(camera, 100)[-1].seconds > 0
    assert FROZEN.problem not in camera.troubles


@pytest.mark.parametrize(("level", "black"), [(0, True), (8, True), (40, False)])
def test_a_dim_hall_is_not_black(level, black):
    noise = np.random.default_rng(1).normal(level, 2, (480, 640, 3))
    assert is_black(noise.clip(0, 255).astype(np.uint8)) is black


def test_a_lower_rate_reads_fewer_pictures(driver, live, first):
    times = [frame.seconds for frame in first(live(driver(), rate=FrameRate(50.0)), 11)]
    assert times[-1] - times[0] >= 8 / 50


@pytest.mark.parametrize("jump", [365 * 86400.0, -365 * 86400.0])
def test_a_clock_that_jumps_by_a_year_moves_the_epoch_and_no_frame(driver, live, jump):
    wall = [1_760_000_000.0]
    camera = live(driver(), wall_clock=lambda: wall[0])
    frames = iter(camera)
    before, epoch = next(frames).seconds, camera.epoch
    wall[0] += jump
    assert 0 < next(frames).seconds - before < 10
    assert camera.epoch - epoch == pytest.approx(jump, abs=10)


def held():
    """This process's descriptors and resident kilobytes."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return len(list(Path("/proc/self/fd").iterdir())), int(status["VmRSS"].split()[0])


@pytest.mark.slow
def test_ten_thousand_restarts_leave_nothing_behind(driver, live):
    shown, image = driver(grab=["well", "raises"] * 10_500), np.full((48, 64, 3), 90, np.uint8)
    shown.picture = lambda: image
    camera = live(shown, noisy=False)
    frames = iter(camera)

    def restart(times):
        while shown.opened < times:
            next(frames)

    restart(500)
    before, threads = held(), threading.active_count()
    restart(10_500)
    assert threading.active_count() == threads
    descriptors, kilobytes = (after - before for before, after in zip(before, held(), strict=True))
    assert descriptors == 0
    assert kilobytes < 2_000  # not even 200 bytes for each
