"""Inputs that are given to a model by their names."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["inputs_by_name"]


@contextmanager
def inputs_by_name() -> Iterator[None]:
    """Inside, Keras does not warn of a dict for a model that lists its inputs: names decide."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs` doesn't match")
        yield
