"""What takes minutes to make is kept between test runs, outside the tree."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path


class NotReachedError(Exception):
    """Something has to be fetched, and cannot be; the message says what, as a subordinate clause."""


def cached(name, recipe, make):
    """The folder that `make(folder)` fills, made once for each text `recipe` of all that it is made from."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "maskwatch" / "arm"
    whole = cache / f"{name}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if not whole.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=cache))
        try:
            make(part)
            part.chmod(0o755)
            part.rename(whole)
        except BaseException:
            shutil.rmtree(part)
            raise
    return whole
