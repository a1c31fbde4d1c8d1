"""Annotated pictures made by code: any box, any label, any tree."""

import cv2
import numpy as np

from training.common.pictures import EXIF_ORIENTATION

WIDTH, HEIGHT = 160, 120


def xml(box=(10, 20, 40, 60), label="face", size=(WIDTH, HEIGHT), stated=("", ""), more=""):
    """An annotation of one object; its box may be anything."""
    corners = "" if box is None else "".join(f"<{k}>{v}</{k}>" for k, v in zip(SIDES, box, strict=True))
    stated_size = "" if size is None else f"<size><width>{size[0]}</width><height>{size[1]}</height></size>"
    bndbox = "" if box is None else f"<bndbox>{corners}</bndbox>"
    return (
        f"<annotation><folder>{stated[0]}</folder><filename>{stated[1]}</filename>{stated_size}"
        f"<object><name>{label}</name>{more}{bndbox}</object></annotation>"
    )


SIDES = ("xmin", "ymin", "xmax", "ymax")


def draw(path, number, width=WIDTH, height=HEIGHT):
    """A picture of its own content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[:4, :4] = (number % 256, number // 256, 7)
    encoded = cv2.imencode(path.suffix if path.suffix in (".jpg", ".png") else ".jpg", picture)[1]
    path.write_bytes(encoded.tobytes())


def voc_tree(folder, count=60, *, of=xml):
    """`count` pictures with an annotation beside each; `of(number)` may give another text for it."""
    for number in range(count):
        draw(folder / f"p{number:03}.png", number)
        text = of() if of is xml else of(number)
        (folder / f"p{number:03}.xml").write_text(text)
    return folder


def turned(path, number, orientation):
    """A JPEG of WIDTH x HEIGHT as stored, to be turned by its EXIF entry, with a bright square at 10, 20 to 40, 60."""
    from PIL import Image

    picture = np.full((HEIGHT, WIDTH, 3), 30, np.uint8)
    picture[20:60, 10:40] = 250
    picture[:8, -8:] = (number % 256, 100, 7)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path, exif=exif, quality=95)
