import itertools

import numpy as np
import pytest

from edge.camera.frame import Frame
from edge.camera.frame_rate import FrameRate
from edge.camera.recording import open_recording
from edge.replay.pace import at_rate
from edge.replay.record import Record
from edge.replay.replay import watch_recording
from edge.runtime.motion_gate import ALERT_SECONDS, LOCATE_SECONDS, MotionGate
from edge.runtime.pipeline import load_models
from edge.settings.schema import Settings

RATE, IDLE_RATE = 10.0, 5.0


def hall(seconds, *, walker=None, noise=4.0):
    """A frame of an empty hall as a sensor gives it; somebody `walker` pixels high may stand in it."""
    image = np.random.default_rng(round(seconds * 1000)).normal(110, noise, (480, 640, 3))
    if walker:
        left = 300 + round(40 * seconds) % 200
        image[480 - walker :, left : left + walker // 3] = 40
    return Frame(image.clip(0, 255).astype(np.uint8), seconds)


def looked_at(motion_gate, seconds, start=0.0, **what):
    times = [start + number / RATE for number in range(round(seconds * RATE))]
    return [round(frame.seconds, 1) for frame in motion_gate.select(hall(at, **what) for at in times)]


@pytest.fixture
def idle():
    """One that has seen nothing for long enough."""
    motion_gate = MotionGate(IDLE_RATE)
    looked_at(motion_gate, ALERT_SECONDS + 1)
    assert motion_gate.idle
    return motion_gate


def test_at_first_every_frame_is_processed():
    assert len(looked_at(MotionGate(IDLE_RATE), ALERT_SECONDS)) == ALERT_SECONDS * RATE


def test_frames_of_an_empty_hall_are_processed_now_and_then(idle):
    times = looked_at(idle, 20.0, start=10.0)
    assert len(times) <= 20.0 / LOCATE_SECONDS
    assert max(np.diff(times)) < 1.0  # short enough to see a person who stands still twice before they count as gone


@pytest.mark.parametrize("height", [480, 120])
def test_a_person_who_walks_up_is_seen_within_an_idle_frame(idle, height):
    times = looked_at(idle, 2.0, start=10.0, walker=height)
    assert times[0] <= 10.0 + 2 / IDLE_RATE
    assert np.diff(times) == pytest.approx(1 / RATE)


@pytest.mark.parametrize("noise", [0.0, 4.0, 10.0])
def test_noise_does_not_count_as_motion(noise):
    motion_gate = MotionGate(IDLE_RATE)
    looked_at(motion_gate, 20.0, noise=noise)
    assert motion_gate.idle


def test_every_frame_is_processed_while_someone_is_in_view(idle, frame_result, person):
    list(idle.select([hall(10.0)]))
    idle.publish(frame_result(10.0, person()))
    assert len(looked_at(idle, ALERT_SECONDS, start=10.0)) == ALERT_SECONDS * RATE


def test_an_idle_camera_need_not_decode_frames_that_are_skipped(idle):
    idle.rate = FrameRate(RATE)
    looked_at(idle, 1.0, start=10.0)
    assert idle.rate.frames_per_second == IDLE_RATE
    looked_at(idle, 0.5, start=11.0, walker=300)
    assert idle.rate.frames_per_second == RATE


def test_frames_that_are_not_worth_processing_are_counted(idle):
    left_out = []
    idle.on_left_out = lambda: left_out.append(1)
    assert len(looked_at(idle, 2.0, start=10.0)) + len(left_out) == 2.0 * RATE


def first_alert(clip, before):
    """When the alert rises in a clip that `before`, frames of an empty hall, came before; in seconds of the clip."""
    settings, record = Settings(), Record()
    with open_recording(clip) as recording:
        shown = (Frame(frame.image, len(before) / RATE + frame.seconds) for frame in at_rate(recording, RATE))
        frames = itertools.chain(before, itertools.takewhile(lambda frame: frame.seconds < 15.0, shown))
        watch_recording(frames, settings, load_models(settings), record)
    return record.alerts[0].begin - len(before) / RATE


def test_an_empty_door_delays_the_alert_by_no_more_than_it_takes_to_notice_the_visitor(shared_data):
    clip = shared_data / "clips" / "studio_man_no_mask.mp4"
    empty = [hall(number / RATE) for number in range(100)]
    # Idle, the gate sees a change after at most two of its idle frames; the frames that it let pass are not judged.
    assert first_alert(clip, empty) <= first_alert(clip, []) + 2 / IDLE_RATE + 0.01
