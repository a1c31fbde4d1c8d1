"""The names that public data sets give to the classes, and ours for them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from edge.errors import UserError

USUAL = {
    "with_mask": (
        "mask", "masked", "withmask", "face_mask", "facemask", "face_with_mask", "mask_on", "wearing_mask",
        "wears_mask", "have_mask", "correct_mask", "mask_correct", "masked_face", "cmfd", "yes_mask",
        "mask_weared_correct", "mask_worn_correctly", "correctly_masked", "properly_masked", "wear_mask",
        "mask_worn", "masks", "properly_worn", "correctly_worn", "proper_mask",
    ),
    "without_mask": (
        "no_mask", "nomask", "withoutmask", "unmasked", "face_no_mask", "face_without_mask", "mask_off", "bare",
        "unmasked_face", "maskless", "not_masked", "non_mask", "face_nomask", "no_face_mask", "not_wearing_mask",
        "no_masks", "without_masks", "without_face_mask", "bare_face",
    ),
    "incorrect": (
        "mask_weared_incorrect", "incorrect_mask", "mask_incorrect", "incorrectly_worn", "worn_incorrectly",
        "mask_worn_incorrectly", "mask_worn_incorrect", "incorrect_worn", "improper_mask", "improperly_masked",
        "incorrectly_masked", "partially_masked", "imfd", "wrong_mask", "mask_wrong", "poor_mask", "partial_mask",
        "incorrectly_worn_mask", "face_with_mask_incorrect", "with_incorrect_mask", "mask_chin", "mask_under_nose",
        "incorrect_with_mask", "improperly_worn", "improperly_worn_mask", "mask_worn_improperly", "improper",
        "worn_wrongly", "mask_worn_wrongly",
    ),
    "not_compliant": (),
    "unclear": (),
    "ignore": (),
}  # fmt: skip
"""By our label, what others call it; see `plain`."""

BARE_BESIDE_MASKS = "face"
"""Means a bare face where the same data also name masked ones (AIZOO), else a face of any kind."""


def plain(name: str) -> str:
    """A label as labels are compared: lower case, one underscore between its words."""
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")


@dataclass(frozen=True)
class LabelMap:
    """What the labels of some data mean in ours."""

    given: Mapping[str, str] = field(default_factory=dict)
    """By the other label, as in `plain`, ours: what was asked for on the command line."""

    @classmethod
    def parse(cls, pairs: Iterable[str], known: Iterable[str]) -> "LabelMap":
        """From texts like `mask_weared_incorrect=incorrect`.

        Raises:
            UserError: A text that is no such pair, or a label that is not in `known`.
        """
        given, known = {}, list(known)
        for pair in pairs:
            other, equals, ours = pair.rpartition("=")
            if not equals or not plain(other) or ours not in known:
                raise UserError(f"--labels {pair} is not THEIRS=OURS, where OURS is one of {', '.join(known)}.")
            given[plain(other)] = ours
        return cls(given)

    def meaning(self, label: str, beside: Iterable[str] = ()) -> str:
        """Our label for another, in whatever case it is written, or that label itself where nothing is known of it.

        Args:
            label: The label to translate.
            beside: All labels of the same data; they decide what `face` means.
        """
        name = plain(label)
        if name in self.given:
            return self.given[name]
        if name == BARE_BESIDE_MASKS:
            others = {self.meaning(other) for other in beside if plain(other) != BARE_BESIDE_MASKS}
            return "without_mask" if others & {"with_mask"} and "without_mask" not in others else BARE_BESIDE_MASKS
        return next((ours for ours, names in USUAL.items() if name == ours or name in names), label)
