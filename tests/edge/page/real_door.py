"""The two real programs, `maskwatch run` and `maskwatch page`, before a clip that is played again and again."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

from edge.demo.scene import DoorwayScene

RATE = 10.0


def write_clip(path):
    """The demo's admiral, who puts a mask on and takes it off again, without ever leaving the view."""
    scene = DoorwayScene()
    visit = scene.visits[1]
    begin, end = visit.dons - 2.2, visit.leaves - 0.3
    forward = [frame.image for frame in scene if begin <= frame.seconds < end]
    height, width = forward[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), RATE, (width, height))
    for image in [*forward, *forward[::-1]]:
        writer.write(np.ascontiguousarray(image[:, :, ::-1]))
    writer.release()


def free_port():
    """One on which nothing listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class RealDoor:
    """A context manager; the door and the page can be stopped and started within it."""

    def __init__(self, folder, clip):
        self.folder, self.port = folder, free_port()
        self.config = Path(folder, "maskwatch.toml")
        self.config.write_text(
            f'[camera]\nsource = "{clip}"\nrepeat = true\n[stream]\nsocket = "{folder}/stream.sock"\n'
            f'[page]\nlisten = "127.0.0.1:{self.port}"\npassword_file = "password"\n'
        )
        self._programs = {}

    @property
    def address(self):
        """Where the page is."""
        return f"http://localhost:{self.port}/"

    def start(self, command):
        """Start `run` or `page`."""
        program = [sys.executable, "-m", "edge", command, "--config", str(self.config)]
        with Path(self.folder, f"{command}.log").open("ab") as log:
            self._programs[command] = subprocess.Popen(program, stdout=log, stderr=log, env=dict(os.environ))

    def kill(self, command):
        """End it as a crash does."""
        program = self._programs.pop(command)
        program.kill()
        program.wait()

    def __enter__(self):
        for command in ("run", "page"):
            self.start(command)
        return self

    def __exit__(self, *exception):
        for command in list(self._programs):
            self.kill(command)
