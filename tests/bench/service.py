"""What the running program costs: start to READY, memory, and the processor before an empty and a busy door.

    PYTHONPATH=. .venv/bin/python tests/bench/service.py CLIP --json tests/bench/service.json

CLIP shows someone all the time. Two doors are read as MJPEG at 640x480, as a USB camera gives it. The third is a
folder of pictures from CLIP: as with a camera, no decoder of videos is in memory. The environment is the service's.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from saved import save
from tables import TextTable

COMMITTED = Path(__file__).with_name("service.json")

SECONDS = 20.0
SETTLING_SECONDS = 8.0
"""From READY on: the device stays awake for a while."""
RATE = 10
UNIT = Path(__file__).parents[2] / "systemd" / "maskwatch.service"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        busy = as_mjpeg(arguments.clip, Path(folder) / "busy.avi")
        doors = {
            "empty, a video": hall(Path(folder) / "empty.avi"),
            "busy, a video": busy,
            "a folder of pictures": as_pictures(busy, Path(folder) / "pictures"),
        }
        record = {name: measure(door, Path(folder)) for name, door in doors.items()}
    sys.stdout.write(service_table(record).markdown() + "\n")
    if arguments.json:
        save(record, arguments.json, [service_table(record)], committed=COMMITTED, by="service.py")


def service_table(record: dict[str, dict[str, float]]) -> TextTable:
    """A record's only table."""
    rows = [
        [door, f"{of['ready_s']:.2f}", f"{of['processor_ms']:.1f}", f"{of['resident_mb']:.0f}", f"{of['peak_mb']:.0f}"]
        for door, of in record.items()
    ]
    headings = ("door", "READY after, s", "processor, ms a second", "resident, MB", "at most")
    return TextTable("The service on an x86-64 of two cores", headings, rows)


def measure(door: Path, folder: Path) -> dict[str, float]:
    """Seconds to READY, milliseconds of processor a second, resident megabytes and their peak."""
    config = folder / "maskwatch.toml"
    config.write_text(f'[camera]\nsource = "{door}"\nrepeat = true\n')
    with systemd(folder) as (notified, environment):
        began = time.monotonic()
        command = [sys.executable, "-m", "edge", "run", "--config", str(config)]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            while b"READY=1" not in notified.recv(4096):
                pass
            ready = time.monotonic() - began
            time.sleep(SETTLING_SECONDS)
            before = processor_seconds(process.pid)
            time.sleep(SECONDS)
            share = 1000 * (processor_seconds(process.pid) - before) / SECONDS
            resident, peak = (megabytes(process.pid, name) for name in ("VmRSS", "VmHWM"))
            process.terminate()
    figures = {"ready_s": ready, "processor_ms": share, "resident_mb": resident, "peak_mb": peak}
    return {name: round(figure, 2) for name, figure in figures.items()}


@contextmanager
def systemd(folder: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """The socket on which systemd is told, and an environment that names it."""
    address = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(address))
        yield notified, {**os.environ, **unit_environment(), "NOTIFY_SOCKET": str(address), "PYTHONPATH": "."}
    address.unlink()


def unit_environment() -> dict[str, str]:
    """What the service's unit sets."""
    lines = [line for line in UNIT.read_text().splitlines() if line.startswith("Environment=")]
    assigned = [one for line in lines for one in line.removeprefix("Environment=").split()]
    return dict(one.split("=", 1) for one in assigned)


def processor_seconds(process: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(process: int, name: str) -> float:
    """A line of a process's status."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def hall(path: Path) -> Path:
    """Five seconds of an empty hall."""
    write(path, hall_frames(5 * RATE))
    return path


def hall_frames(frames: int) -> Iterator[np.ndarray]:
    """An empty hall with a sensor's noise, uint8 (480, 640, 3)."""
    random = np.random.default_rng(1)
    wall = cv2.GaussianBlur(random.normal(120, 400, (480, 640, 3)), (0, 0), 40)
    for _ in range(frames):
        yield (wall + random.normal(0, 4, wall.shape)).clip(0, 255).astype(np.uint8)


def as_mjpeg(clip: Path, path: Path) -> Path:
    """A clip as a USB camera would give it."""
    capture = cv2.VideoCapture(str(clip))
    step = max(1, round(capture.get(cv2.CAP_PROP_FPS) / RATE))

    def frames() -> Iterator[np.ndarray]:
        number = 0
        while capture.grab():
            if number % step == 0:
                yield cv2.resize(capture.retrieve()[1], (640, 480))
            number += 1

    write(path, frames())
    return path


def as_pictures(clip: Path, folder: Path) -> Path:
    """Each tenth frame of a clip as a JPEG."""
    folder.mkdir()
    capture = cv2.VideoCapture(str(clip))
    number = 0
    while capture.grab():
        if number % RATE == 0:
            cv2.imwrite(str(folder / f"{number:04}.jpg"), capture.retrieve()[1])
        number += 1
    return folder


def write(path: Path, frames: Iterator[np.ndarray]) -> None:
    """A clip in MJPEG."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (640, 480))
    for frame in frames:
        writer.write(frame)
    writer.release()


if __name__ == "__main__":
    main()
