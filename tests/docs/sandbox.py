"""A folder in which the manual's commands find what they speak of, made by code."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np

from edge.demo.scene import RATE, DoorwayScene
from export.bundle.bundle import pack_bundle
from export.bundle.program import build_program
from export.bundle.sign import signed
from export.bundle.target import Target

REPOSITORY = Path(__file__).parents[2]

FACES, CLIP_FRAMES = 72, 12


class Sandbox:
    """An empty home and an empty clone, in which only what a script names is made."""

    def __init__(self, folder: Path, draw_faces: Callable[..., None], draw_scenes: Callable[..., None]) -> None:
        self.clone, self._home = folder / "clone", folder / "home"
        self.clone.mkdir()
        self._home.mkdir()
        self._draw_faces, self._draw_scenes = draw_faces, draw_scenes
        self._makers = {
            "CLIP": self._make_clip,
            "CLIPS": self._make_clips,
            "DATA": self._make_faces,
            "MINE": self._make_faces,
            "SCENES": self._make_scenes,
            "MY_SCENES": self._make_scenes,
            "BUNDLE.tar": self._make_bundle,
            "maskwatch.toml": self._make_settings,
            "mine.toml": self._make_own_model,
            "training": self._lend,
        }

    def provide(self, words: Iterable[str]) -> None:
        """Make what there is of these words."""
        for word in dict.fromkeys(words):
            if word in self._makers and not (self.clone / word).exists():
                self._makers[word](self.clone / word)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script as it is typed."""
        environment = {
            "HOME": str(self._home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def _make_clip(self, path: Path) -> None:
        """The demo's last visitor, with a mask on."""
        scene = DoorwayScene()
        frames = [scene.picture(scene.visits[-1].stands + number / RATE) for number in range(CLIP_FRAMES)]
        height, width = frames[0].shape[:2]
        file = path.with_suffix(".mp4")
        writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"mp4v"), RATE, (width, height))
        for image in frames:
            writer.write(np.ascontiguousarray(image[:, :, ::-1]))
        writer.release()
        file.rename(path)

    def _make_clips(self, path: Path) -> None:
        path.mkdir()
        self._make_clip(path / "door.mp4")
        segments = [{"from_s": 0, "to_s": CLIP_FRAMES / RATE, "people": {"with_mask": 1}}]
        (path / "door.json").write_text(json.dumps({"file": "door.mp4", "max_people": 1, "segments": segments}))

    def _make_faces(self, path: Path) -> None:
        self._draw_faces(path, FACES, seed=3)

    def _make_scenes(self, path: Path) -> None:
        for first, (split, count) in enumerate((("train", 24), ("val", 4), ("test", 4))):
            self._draw_scenes(path, split, count, first=100 * first)

    def _make_bundle(self, path: Path) -> None:
        """Our wheel alone, signed with a new key that lies beside it."""
        key = path.with_name("release-key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        target = Target(name="here", python="3.11", needs={})
        path.write_bytes(signed(pack_bundle(target, [build_program(self._home / "program")]), key).tar())

    def _make_settings(self, path: Path) -> None:
        path.write_text("[alarm]\nmin_face_px = 48\n")

    def _make_own_model(self, path: Path) -> None:
        path.write_text('[model]\nclassifier = "door.tflite"\n')

    def _lend(self, path: Path) -> None:
        """The shipped weights; a copy, so that nothing can reach the tree."""
        shutil.copytree(REPOSITORY / "training" / "weights", path / "weights")
