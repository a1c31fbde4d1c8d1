"""From figures and pictures to a page that carries all of it itself."""

import base64
from pathlib import Path

import cv2
import jinja2
import numpy as np
from markupsafe import Markup

from training.classifier.slices import interval
from training.common.names import printable

JPEG_QUALITY = 85


def render(template: str, **values: object) -> str:
    """The HTML that a template of this folder makes of some values.

    Args:
        template: Its file name; it extends `base.html`, which asks for `metrics`, `settings` and `kinds` (the rows of
            the table of pictures).
        values: Everything that it asks for.
    """
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals["zip"] = zip
    environment.filters |= {"percent": percent, "figure": figure, "counted": counted, "printable": printable}
    return environment.get_template(template).render(values)


def percent(share: float | None) -> str:
    """A share from 0 to 1 as per cent with 3 significant digits, a dash for None."""
    return "-" if share is None else f"{figure(100 * share)} %"


def counted(share: float | None, faces: int) -> Markup:
    """A share of so many faces as per cent, and below it, smaller, its 95 % interval and their number."""
    if share is None or not faces:
        return Markup("-")
    low, high = interval(round(share * faces), faces)
    return Markup("{}<small>{} to {}, of {}</small>").format(percent(share), figure(100 * low), percent(high), faces)


def figure(value: float | None) -> str:
    """A number with 3 significant digits, a dash for None."""
    return "-" if value is None else f"{value:#.3g}".rstrip(".")


def picture_uri(picture: np.ndarray) -> str:
    """A picture, uint8 (height, width, 3) RGB, as a data URI of a JPEG."""
    _, jpeg = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()
