"""The figures of a record as tables: for a terminal and, word for word the same, for the model card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aims import Aim, aims_of
from rich.table import Table

Record = dict[str, Any]

NOT_MEASURED = "-"

SAYS = {True: "reached", False: "**not reached**", None: "not measured"}


@dataclass(frozen=True)
class TextTable:
    """A title, headings and rows of as many words."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def rich(self) -> Table:
        """For a terminal."""
        table = Table(*self.headings, title=self.title)
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """For a page."""
        lines = [self.headings, ["---"] * len(self.headings), *self.rows]
        return "\n".join([f"{self.title}:", "", *("| " + " | ".join(line) + " |" for line in lines)])


def tables_of(record: Record) -> Iterator[TextTable]:
    """Every table of a record, see `records`."""
    yield _aims(aims_of(record))
    for split, part in record["splits"].items():
        yield _chains(split, part, record["files"])
        yield _parts(split, part["lights"]["as it is"])
        yield _classifiers(split, part["classifiers"])
        yield from _details(split, part["classifiers"])
    yield _negatives(record["negatives"])
    if record.get("clips"):
        yield _clips(record["clips"])


def _aims(aims: Sequence[Aim]) -> TextTable:
    rows = [(aim.what, aim.wish, number(aim.value), SAYS[aim.reached]) for aim in aims]
    return TextTable("What the shipped int8 files must reach", ("", "aim", "measured", ""), rows)


def _chains(split: str, part: Record, files: Record) -> TextTable:
    names = list(files)
    rows = [["score from which a face is shown", *(f"{files[n]['threshold']:.2f}" for n in names)]]
    for light, chains in part["lights"].items():
        of = [chains[name] for name in names]
        rows += [
            [f"{light}: faces found, from 32 px on", *(share(c["found"]) for c in of)],
            [f"{light}: false faces an image at that", *(number(c["false_an_image"]) for c in of)],
            [f"{light}: found and mask state right, of all masked and bare", *(share(c["state_right"]) for c in of)],
            [f"{light}: incorrect ones caught, of those found", *(share(c["incorrect_caught"]) for c in of)],
        ]
    plain = [part["lights"]["as it is"][name] for name in names]
    rows += [
        [f"found, were {rate} false an image allowed", *(number(c["found_at_rate"][rate]) for c in plain)]
        for rate in plain[0]["found_at_rate"]
    ]
    rows += [
        ["faces of 16 to 32 px found", *(number(c["small_recall"]) for c in plain)],
        ["MB", *(f"{files[n]['mb']:.2f}" for n in names)],
        ["ms from 640x480, one thread of an x86-64", *(_stages(files[n]["ms"]) for n in names)],
    ]
    return TextTable(f"{part['scenes']} scenes of {split}, every chain counted alike", ("", *names), rows)


def _parts(split: str, chains: Record) -> TextTable:
    name, ours = next(iter(chains.items()))
    rows = [(part, share(of["found"]), share(of["right"])) for part, of in ours["parts"].items()]
    return TextTable(f"{name} on scenes of {split}, by part of the faces", ("", "found", "found and right"), rows)


def _classifiers(split: str, classifiers: Record) -> TextTable:
    rows = [
        (f"{name}, {light}", *(share(of[what]) for what in ("with_without", "with_mask", "without_mask", "incorrect")))
        for name, scored in classifiers.items()
        for light, of in {**scored["by_light"], "cut from scenes": scored["from_scenes"]}.items()
    ]
    headings = ("int8 network", "masked and bare", "masked left alone", "bare caught", "incorrect caught")
    return TextTable(f"Crops of {split}", headings, rows)


def _details(split: str, classifiers: Record) -> Iterator[TextTable]:
    name, scored = next(iter(classifiers.items()))
    what = f"{name} on crops of {split}"
    if scored["by_kind"]:
        rows: list[tuple[str, ...]] = [(kind, share(of)) for kind, of in scored["by_kind"].items()]
        yield TextTable(f"{what}, incorrectly worn masks by how they are worn", ("", "caught"), rows)
    for title, key in (
        ("by face size in px", "by_face_size"),
        ("by how light skin looks (computed from pixels: skin and lighting together)", "by_skin_tone"),
    ):
        rows = [(part, share(of["with_without"]), share(of["incorrect"])) for part, of in scored[key].items()]
        yield TextTable(f"{what}, {title}", ("", "masked and bare", "incorrect caught"), rows)
    rows = [(thing, share(of)) for thing, of in scored["behind"].items()]
    yield TextTable(f"{what}, bare faces behind a drawn thing", ("", "caught"), rows)


def _negatives(negatives: Record) -> TextTable:
    chains = negatives["chains"]
    rows = [
        ("false faces an image", *(number(of["false_an_image"]) for of in chains.values())),
        ("called not compliant, an image", *(number(of["false_alerts_an_image"]) for of in chains.values())),
    ]
    return TextTable(f"{negatives['scenes']} pictures without any face, never trained with", ("", *chains), rows)


def _clips(clips: Record) -> TextTable:
    rows = [
        (
            clip["clip"],
            ", ".join("never" if s["delay"] is None else f"{s['delay']:.1f}" for s in clip["stretches"])
            or NOT_MEASURED,
            ", ".join(f"{at:.1f}" for at in clip["false_alerts"]) or NOT_MEASURED,
            f"{clip['tracks']}/{clip['people']}",
            {True: "yes", False: "**no**", None: "only reported"}[clip["passed"]],
        )
        for clip in clips["clips"]
    ]
    headings = ("clip", "alerted after, s", "false alerts at, s", "tracks/people", "passed")
    return TextTable("Clips, ten frames a second", headings, rows)


def number(value: float | None) -> str:
    """Three decimals, or a dash."""
    return NOT_MEASURED if value is None else f"{value:.3f}"


def share(part: Record | None) -> str:
    """A share, its 95 % interval and of how many."""
    if not part or part["share"] is None:
        return NOT_MEASURED
    return f"{part['share']:.3f} ({part['low']:.3f}-{part['high']:.3f}) of {part['images']}"


def _stages(taken: dict[str, float]) -> str:
    return ", ".join(f"{name} {ms:.1f}" for name, ms in taken.items())
