"""Imports run one way: read from the source, and compared with the table in ARCHITECTURE.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("edge", "training", "export")
FORBIDDEN = {
    "edge": {"training", "export", "tensorflow", "keras"},
    "training": {"export"},
    "export": set(),
}


def _module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def _imported(source: str) -> set[str]:
    """Every module that a source text names in an import, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their package"
            names.update({node.module} if node.module != "edge" else {f"edge.{alias.name}" for alias in node.names})
    return names


def _imports(package: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        for name in _imported(path.read_text(encoding="utf-8")):
            yield _module(path), name


def _layers() -> dict[str, int]:
    """ARCHITECTURE.md's table as {package or module: layer}; its last row is layer 0."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## The packages of edge/")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {
        name.removesuffix("/").removesuffix(".py"): layer
        for layer, row in enumerate(reversed(rows))
        for name in re.findall(r"`([^`]+)`", row)
    }


def _package(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _within_edge() -> list[tuple[str, str]]:
    return [(module, name) for module, name in _imports("edge") if name.startswith("edge.") and _package(module)]


def _cycle(edges: dict[str, set[str]]) -> list[str]:
    """Names in a circle, or none left after everything without an unfinished import is taken away."""
    left = {name: set(targets) for name, targets in edges.items()}
    while done := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in done:
            del left[name]
    return sorted(left)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_none_that_it_must_not(package):
    wrong = [f"{module} -> {name}" for module, name in _imports(package) if name.split(".")[0] in FORBIDDEN[package]]
    assert wrong == []


def test_the_table_lists_every_package_and_module_of_edge():
    there = {path.stem for path in (ROOT / "edge").glob("*.py") if not path.stem.startswith("__")}
    there |= {path.parent.name for path in (ROOT / "edge").glob("*/*.py")}
    assert set(_layers()) == there


def test_no_package_of_edge_imports_a_higher_layer():
    layers = _layers()
    upward = [
        f"{module} -> {name}"
        for module, name in _within_edge()
        if _package(module) != "__main__" and layers[_package(name)] > layers[_package(module)]
    ]
    assert upward == []


def test_the_packages_of_edge_form_no_cycle():
    edges: dict[str, set[str]] = {package: set() for package in _layers()}
    for module, name in _within_edge():
        if _package(module) != _package(name) and _package(module) != "__main__":
            edges[_package(module)].add(_package(name))
    assert _cycle(edges) == []


def test_a_cycle_is_found():
    assert _cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
