"""Reads a flatbuffer that may be hostile: every offset is checked to lie within the buffer.

The libraries that run networks follow offsets unchecked, and crash. https://flatbuffers.dev/internals describes the
layout: a table begins with the distance back to its vtable, which holds the size of both and the place of each field
in the table; offsets lead to texts, vectors and other tables.
"""

import struct

import numpy as np


class Table:
    """A table of a flatbuffer; its fields are read by their number in the schema.

    Raises:
        ValueError: The table or its vtable does not lie within the buffer.
    """

    def __init__(self, buffer: bytes, at: int) -> None:
        self._buffer, self._at = buffer, at
        vtable = at - self._number("i", at)
        vtable_size, self._size = self._number("H", vtable), self._number("H", vtable + 2)
        if vtable_size < 4 or vtable_size % 2 or self._size < 4:
            raise ValueError("a table of its network has no size")
        self._bytes(at, self._size)
        self._fields = struct.unpack(f"<{vtable_size // 2 - 2}H", self._bytes(vtable + 4, vtable_size - 4))

    def scalar(self, field: int, kind: str, default: int = 0) -> int:
        """A number; `kind` is its letter for `struct`."""
        at = self._field(field, struct.calcsize(kind))
        return default if at is None else self._number(kind, at)

    def vector(self, field: int, dtype: str, longest: int) -> np.ndarray | None:
        """A vector of numbers, (n,); None if the field is missing."""
        at = self._target(field)
        if at is None:
            return None
        count, itemsize = self._number("I", at), np.dtype(dtype).itemsize
        if count > longest or (at + 4) % itemsize:
            raise ValueError("a list of its network is too long, or is not aligned")
        return np.frombuffer(self._bytes(at + 4, count * itemsize), dtype)

    def text(self, field: int, longest: int = 1000) -> str:
        """A text; empty if the field is missing."""
        content = self.vector(field, "u1", longest)
        if content is None:
            return ""
        end = (self._target(field) or 0) + 4 + len(content)
        if self._bytes(end, 1) != b"\0":
            raise ValueError("a text of its network has no end")
        return content.tobytes().decode()

    def table(self, field: int) -> "Table | None":
        """Another table; None if the field is missing."""
        at = self._target(field)
        return None if at is None else Table(self._buffer, at)

    def tables(self, field: int, most: int) -> "list[Table]":
        """Other tables; an empty list if the field is missing."""
        offsets = self.vector(field, "<u4", most)
        if offsets is None:
            return []
        first = (self._target(field) or 0) + 4
        return [Table(self._buffer, first + 4 * n + int(offset)) for n, offset in enumerate(offsets)]

    def refuse_others(self, *known: int) -> None:
        """Check that only the named fields are set.

        Raises:
            ValueError: Another field is set.
        """
        for number, offset in enumerate(self._fields):
            if offset and number not in known:
                raise ValueError("its network has a part that the device does not know")

    def starts_at_multiple_of(self, field: int, alignment: int) -> bool:
        """Whether the content of a vector is aligned for a processor; a missing vector counts as aligned."""
        at = self._target(field)
        return at is None or (at + 4) % alignment == 0

    def _field(self, field: int, size: int) -> int | None:
        offset = self._fields[field] if field < len(self._fields) else 0
        if not offset:
            return None
        if offset < 4 or offset + size > self._size or (self._at + offset) % size:
            raise ValueError("a field of its network lies outside of its table")
        return self._at + offset

    def _target(self, field: int) -> int | None:
        at = self._field(field, 4)
        return None if at is None else at + self._number("I", at)

    def _number(self, kind: str, at: int) -> int:
        size = struct.calcsize(kind)
        if at % size:
            raise ValueError("a number of its network is not aligned")
        return int(struct.unpack(f"<{kind}", self._bytes(at, size))[0])

    def _bytes(self, at: int, count: int) -> bytes:
        if at < 0 or count < 0 or at + count > len(self._buffer):
            raise ValueError("an offset of its network leads out of the file")
        return self._buffer[at : at + count]


def root_table(buffer: bytes, identifier: bytes) -> Table:
    """The root table of a flatbuffer.

    Raises:
        ValueError: There is no root table, or the file is of another kind.
    """
    if len(buffer) < 8 or buffer[4:8] != identifier:
        raise ValueError(f"its network does not begin as a {identifier.decode()} file")
    return Table(buffer, struct.unpack("<I", buffer[:4])[0])
