"""What a person can fix while batches are made: TensorFlow would wrap it in a traceback of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import tensorflow as tf

from edge.errors import UserError

Arguments = ParamSpec("Arguments")
Batch = TypeVar("Batch")


class BatchFault:
    """The first UserError of a function that TensorFlow calls from threads of its own."""

    def __init__(self) -> None:
        self._error: UserError | None = None

    def kept(self, make: Callable[Arguments, Batch]) -> Callable[Arguments, Batch]:
        """The same function; a UserError of it is kept, and raised as well."""

        def make_or_keep(*arguments: Arguments.args, **options: Arguments.kwargs) -> Batch:
            try:
                return make(*arguments, **options)
            except UserError as error:
                self._error = self._error or error
                raise

        return make_or_keep

    @contextmanager
    def told(self) -> Iterator[None]:
        """Within it, TensorFlow's error is replaced by the one that was kept.

        Raises:
            UserError: The one that was kept.
        """
        try:
            yield
        except tf.errors.OpError as error:
            if self._error:
                raise self._error from error
            raise
