"""What the running program costs: start to READY, memory, and the processor before an empty and a busy door.

    PYTHONPATH=. .venv/bin/python tests/bench/service.py CLIP

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

SECONDS = 20.0
SETTLING_SECONDS = 8.0
"""From READY on: the device stays awake for a while."""
RATE = 10
UNIT = Path(__file__).parents[2] / "systemd" / "maskwatch.service"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    clip = parser.parse_args().clip
    with tempfile.TemporaryDirectory() as folder:
        doors = {"empty": hall(Path(folder) / "empty.avi"), "busy": as_mjpeg(clip, Path(folder) / "busy.avi")}
        doors["pictures"] = as_pictures(doors["busy"], Path(folder) / "pictures")
        costs = {name: measure(door, Path(folder)) for name, door in doors.items()}
    for name, (ready, share, resident, peak) in costs.items():
        sys.stdout.write(
            f"{name:<8} READY after {ready:.2f} s, {share * 1000:6.1f} ms of processor a second, "
            f"{resident:.0f} MB resident, {peak:.0f} MB at most\n"
        )
    sys.stdout.write(f"an empty door costs {costs['busy'][1] / costs['empty'][1]:.1f} times less than a busy one\n")


def measure(door: Path, folder: Path) -> tuple[float, float, float, float]:
    """Seconds to READY, processor seconds a second, resident megabytes and their peak."""
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
            share = (processor_seconds(process.pid) - before) / SECONDS
            resident, peak = (megabytes(process.pid, name) for name in ("VmRSS", "VmHWM"))
            process.terminate()
    return ready, share, resident, peak


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
