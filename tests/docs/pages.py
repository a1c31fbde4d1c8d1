"""Write the parts of the manual that code knows better than its writers: the settings, and the table of distances.

    PYTHONPATH=. .venv/bin/python tests/docs/pages.py

`test_pages.py` fails when a page differs from what this writes.
"""

import ast
import inspect
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from edge.bench.distance import print_distances
from edge.bounds import Bounds, limits
from edge.settings.schema import MODELS, Settings
from edge.settings.text import toml
from edge.settings.values import Address, DailyHours, Region

MANUAL = Path(__file__).parents[2] / ".readme"

ORDER = ("camera", "alarm", "locator", "tracking", "page", "mqtt", "stats", "metrics", "model", "verdict")
"""Tables as a technician needs them; the statistician's come last, tables without a place before those."""

VALUES = {
    bool: "`true` or `false`",
    Region: "four shares, 0 to 1",
    DailyHours: 'such as `"22:00-06:00"`',
    Address: "IP address and port",
}

SETTINGS_HEAD = """# Settings

All of them live in one file on the door, `/etc/maskwatch/maskwatch.toml`. Each has a default that runs on a stock
board, so the file may be empty or missing. An unknown key and a value of the wrong type or outside its limits are
refused by name.

```sh
maskwatch settings                          # the settings in force, and where each comes from
maskwatch settings --check maskwatch.toml   # status 0 if the file is good, else 2 and a sentence
```

**It alerts too often**: lower `false_alert_rate` under `[verdict]`, or raise `min_face_px` under `[alarm]`.
**It alerts too late, or misses people**: raise `false_alert_rate` and `miss_rate`, or lower `min_face_px`.
**It buzzes too much**: `buzzer_duty_limit`, `buzzer_refractory_seconds` and `quiet_hours` under `[alarm]`.
**It watches too much of the hall**: `region` under `[camera]`.

To change a setting on the door, write its table and its key, check the file, and restart the service (`sudo systemctl
reload maskwatch` is enough for rules; a pin, the camera or a model needs the restart):

```sh needs=door
sudo nano /etc/maskwatch/maskwatch.toml     # for instance two lines: [alarm] and min_face_px = 48
maskwatch settings --check /etc/maskwatch/maskwatch.toml && sudo systemctl restart maskwatch
```

A relative path starts from the folder of the settings file. This page is written by `tests/docs/pages.py`.
"""


def settings_page() -> str:
    """The manual's page of settings, as Markdown."""
    names = [table.name for table in fields(Settings)]
    last = len(ORDER) - 2.5
    names.sort(key=lambda name: ORDER.index(name) if name in ORDER else last)
    return "\n".join([SETTINGS_HEAD, *(line for name in names for line in _table(name))])


def distances() -> str:
    """The table of distances for the default settings, as Markdown."""
    out = io.StringIO()
    print_distances(Settings(), out)
    return out.getvalue().strip()


def placed(page: str, name: str, content: str) -> str:
    """A page with new content between its comments `<!-- name: ... -->` and `<!-- /name -->`."""
    pattern = rf"(<!-- {name}:[^\n]* -->\n).*?(\n<!-- /{name} -->)"
    return re.sub(pattern, lambda found: found[1] + content + found[2], page, count=1, flags=re.DOTALL)


def pages() -> dict[Path, str]:
    """Each written page, and what it should hold."""
    placement = MANUAL / "placement.md"
    return {
        MANUAL / "settings.md": settings_page(),
        placement: placed(placement.read_text(encoding="utf-8"), "distance", distances()),
    }


def _table(name: str) -> Iterator[str]:
    kind = get_type_hints(Settings)[name]
    texts, values, bounds = _docstrings(kind), kind(), dict(limits(kind))
    yield f"## `[{name}]`\n"
    yield "| setting | default | values | meaning |\n|---|---|---|---|"
    for key, hint in get_type_hints(kind).items():
        if key in texts:
            default = _default(getattr(values, key))
            yield f"| `{key}` | {default} | {_values(hint, bounds.get(key))} | {texts[key]} |"
    yield ""


def _docstrings(kind: type[Any]) -> dict[str, str]:
    """The sentence under each field of a dataclass."""
    (definition,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for field, text in pairwise(definition.body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[field.target.id] = " ".join(text.value.value.split())
    return found


def _default(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, str) and value.startswith(f"{MODELS}"):
        return f"the shipped `{Path(value).name}`"
    return f"`{toml(value)}`"


def _values(hint: Any, limit: Any) -> str:
    if isinstance(hint, UnionType):
        hint = next(member for member in get_args(hint) if member is not NoneType)
    if get_origin(hint) is Literal:
        return " or ".join(f"`{toml(choice)}`" for choice in get_args(hint))
    if isinstance(limit, Bounds):
        return f"{limit.lowest:.10g} to {limit.highest:.10g}"
    return VALUES.get(hint, "text")


def main() -> int:
    """Write the pages; returns the exit status."""
    for path, content in pages().items():
        path.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
