"""The packages that only the demo and the timeline need."""

import importlib.util

from edge.errors import UserError

PACKAGES = {"skimage": "scikit-image", "matplotlib": "matplotlib", "rich": "rich"}
"""What `pip install 'maskwatch[demo]'` brings: the module to import, and its name on the package index."""


def require(*modules: str) -> None:
    """See that modules can be imported.

    Args:
        modules: Keys of PACKAGES.

    Raises:
        UserError: One is not installed.
    """
    missing = [PACKAGES[module] for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise UserError("Not installed", f"{', '.join(missing)}; run `pip install 'maskwatch[demo]'`")
