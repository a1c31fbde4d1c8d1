"""All figures as one record of plain values: what is written as JSON, and what every table is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from chain_scores import RATES, ChainScores, score_chain
from chains import Chain
from classifier_scores import ClassifierScores, mask_kinds, milliseconds, score_classifier
from lights import LIGHTS, in_light

from edge.replay.evaluation import Evaluation
from edge.replay.scorecard import evaluate_clips
from edge.settings.schema import Settings
from edge.vision.face import Face
from training.classifier.dataset_reader import read_dataset
from training.classifier.datasets import Photo
from training.locator.scenes import NEGATIVES, Scene, SceneSet
from training.locator.scores import FULL_PX, face_sizes

Record = dict[str, Any]

TIMED_SCENES = 30
"""Scenes that the chains are timed on, brought to 640x480."""

CLIP_RATE = 10.0
"""Frames a second at which clips are looked at."""

FEW_PEOPLE = 4
"""Clips with no more people are asked how many tracks they become."""


@dataclass(frozen=True)
class Measured:
    """What is measured with: the files and the pictures."""

    data: Path
    """Folder of crops/, crops_unseen/ and scenes/."""
    scenes: SceneSet
    chains: Sequence[Chain]
    classifiers: Sequence[Path]


def split_record(measured: Measured, split: str) -> Record:
    """The chains on a split's scenes in every light, and the classifiers on its crops."""
    scenes, photos = measured.scenes.split(split), _photos(measured.data, split)
    kinds = mask_kinds(measured.data / "crops" / "manifest.csv")
    return {
        "scenes": len(scenes),
        "crops": {label: sum(p.label == label for p in photos) for label in sorted({p.label for p in photos})},
        "lights": {
            name: {
                chain.name: _chain(score_chain(chain, [in_light(s, light) for s in scenes]))
                for chain in measured.chains
            }
            for name, light in LIGHTS.items()
        },
        "classifiers": {p.stem: _classifier(score_classifier(p, photos, kinds)) for p in measured.classifiers},
    }


def negatives_record(measured: Measured) -> Record:
    """The chains on pictures without any face that no training has seen."""
    scenes = measured.scenes.split(NEGATIVES)
    scores = {chain.name: score_chain(chain, scenes) for chain in measured.chains}
    return {"scenes": len(scenes), "chains": {name: _false(scored) for name, scored in scores.items()}}


def clips_record(clips: Path, only_report: Sequence[str]) -> Record:
    """What the device, with its default settings, makes of annotated clips."""
    evaluations = evaluate_clips(clips, Settings(), rate=CLIP_RATE)
    few = [e for e in evaluations if 0 < e.max_people <= FEW_PEOPLE]
    return {
        "clips": [_clip(e, e.clip.stem in only_report) for e in evaluations],
        "tracks_a_person": sum(e.tracks for e in few) / max(sum(e.max_people for e in few), 1),
    }


def files_record(chains: Sequence[Chain], scenes: Sequence[Scene]) -> Record:
    """Size and speed of each chain."""
    return {
        chain.name: {
            "mb": sum(file.stat().st_size for file in chain.files) / 1e6,
            "threshold": chain.threshold,
            "ms": dict(_times(chain, scenes)),
        }
        for chain in chains
    }


def _photos(data: Path, split: str) -> list[Photo]:
    if split == "unseen":
        return read_dataset(data / "crops_unseen").photos
    return read_dataset(data / "crops").split(split)


def _chain(scored: ChainScores) -> Record:
    rated = {f"{rate:.2f}": scored.detections.at(scored.detections.best_threshold(rate)) for rate in RATES}
    at = scored.detections.at(scored.threshold)
    return {
        "found": asdict(scored.found),
        "small_recall": at.small_recall,
        "state_right": scored.state_right and asdict(scored.state_right),
        "incorrect_caught": scored.incorrect_caught and asdict(scored.incorrect_caught),
        "found_at_rate": {rate: scores.recall for rate, scores in rated.items()},
        "parts": {
            name: {"found": asdict(found), "right": right and asdict(right)}
            for name, (found, right) in scored.by_part().items()
        },
        **_false(scored),
    }


def _false(scored: ChainScores) -> Record:
    return {
        "false_an_image": scored.detections.at(scored.threshold).false_faces_an_image,
        "false_alerts_an_image": scored.false_alerts / max(scored.detections.images, 1) if scored.judges else None,
    }


def _classifier(scored: ClassifierScores) -> Record:
    return asdict(scored) | {"everything": asdict(scored.everything)}


def _clip(evaluation: Evaluation, only_report: bool) -> Record:
    return {
        "clip": evaluation.clip.stem,
        "stretches": [{"begin": s.begin, "end": s.end, "delay": s.delay} for s in evaluation.stretches],
        "false_alerts": list(evaluation.false_alerts),
        "tracks": evaluation.tracks,
        "people": evaluation.max_people,
        "passed": None if only_report else evaluation.passed,
    }


def _times(chain: Chain, scenes: Sequence[Scene]) -> Iterator[tuple[str, float]]:
    """Median milliseconds of each stage, one thread."""
    taken: dict[str, list[float]] = {}
    with_faces = [scene for scene in scenes if len(scene.boxes) and face_sizes(scene.boxes).max() >= FULL_PX]
    for scene in with_faces[:TIMED_SCENES]:
        image, largest = scene.read(), int(face_sizes(scene.boxes).argmax())
        scale = np.tile((640 / image.shape[1], 480 / image.shape[0]), 2)
        frame, face = cv2.resize(image, (640, 480)), Face(*np.clip(scene.boxes[largest] * scale, 0, 640).tolist())
        for name, stage in chain.stages(frame, face).items():
            taken.setdefault(name, []).append(milliseconds(stage, times=3))
    yield from ((name, float(np.median(values))) for name, values in taken.items())
