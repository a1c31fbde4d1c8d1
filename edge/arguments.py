"""Types of numbers for `argparse`, which say what they take."""

import argparse
import math
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Number = TypeVar("Number", int, float)


def between(lowest: Number, highest: Number) -> Callable[[str], Number]:
    """A number between two bounds, whole if they are."""
    kind, name = type(lowest), _name(lowest)
    return _checked(kind, lambda number: lowest <= number <= highest, f"{name} from {lowest} to {highest}")


def even_between(lowest: int, highest: int) -> Callable[[str], int]:
    """An even number between two bounds."""
    wanted = f"an even number from {lowest} to {highest}"
    return _checked(int, lambda number: lowest <= number <= highest and number % 2 == 0, wanted)


def above_zero(kind: type[Number]) -> Callable[[str], Number]:
    """A finite number above zero, whole if `kind` is int."""
    return _checked(kind, lambda number: 0 < number < math.inf, f"{_name(kind())} above zero")


def _name(example: float) -> str:
    return "a whole number" if isinstance(example, int) else "a number"


def _checked(kind: type[Number], fits: Callable[[Number], bool], wanted: str) -> Callable[[str], Number]:
    def parse(text: str) -> Number:
        with suppress(ValueError):
            if fits(number := kind(text)):
                return number
        raise argparse.ArgumentTypeError(f"must be {wanted}, not {text}")

    return parse
