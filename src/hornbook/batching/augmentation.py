"""Random variations of the rows a sequence gives."""

from __future__ import annotations

import functools
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from hornbook.batching.image_transform import ImageDataGeneratorTransform
from hornbook.errors import TrainingError

__all__ = ["Augmentator", "DataAugmentationSequence"]


class Augmentator(Protocol):
    """What varies one row, e.g. a Keras `ImageDataGenerator`."""

    def random_transform(self, x: NDArray[Any], seed: int | None = None) -> NDArray[Any]:
        """Returns a variation of `x` with the same shape."""
        ...


class DataAugmentationSequence(keras.utils.PyDataset):  # type: ignore[misc]
    """Wraps a train sequence so that every row comes `n_augmentation` times, varied.

    For each row of a wrapped batch the named input holds `n_augmentation` randomly
    transformed copies, one after the other; the other inputs, the target and the weights
    are repeated to match. A batch is therefore `n_augmentation` times as large: choose the
    batch size of the wrapped sequence accordingly.

    A Keras `ImageDataGenerator` draws its own parameters, which are then applied by OpenCV, on
    several threads: the same transformations at many times the speed. Any other augmentator is
    called for one copy after the other, in one thread that need not be the training's.

    The seed of every transformation follows from `seed`, the epoch, the batch and the copy,
    so that a training repeats exactly whatever fetches the batches.

    Args:
        sequence: the sequence to wrap; its batches are `(inputs, target)` or
            `(inputs, target, weight)` with `inputs` a dict by input name.
        input_name: the input to vary, e.g. `"image_name_preprocessed"`.
        augmentator: a Keras `ImageDataGenerator`, or any object with
            `random_transform(x, seed=None)`.
        n_augmentation: copies of each row.
        seed: of the transformations; drawn from NumPy's global generator, which a training
            seeds from its design, when absent.

    Raises:
        TrainingError: `n_augmentation` is below 1, the augmentator has no
            `random_transform`, or (when a batch is read) the input is unknown or a
            transformation changes the shape.
    """

    def __init__(
        self,
        sequence: Any,
        input_name: str,
        augmentator: Augmentator,
        n_augmentation: int,
        *,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        if n_augmentation < 1:
            raise TrainingError(
                f"Received n_augmentation={n_augmentation}, expected 1 or more copies of a row."
            )
        if not callable(getattr(augmentator, "random_transform", None)):
            raise TrainingError(
                f"The augmentator {type(augmentator).__name__} has no method random_transform.",
                fix="Give it one: def random_transform(self, x, seed=None), returning an array "
                "of the shape of x.",
            )
        self.sequence = sequence
        self.input_name = input_name
        self.augmentator = augmentator
        self.n_augmentation = n_augmentation
        self._transform = (
            ImageDataGeneratorTransform(augmentator)
            if ImageDataGeneratorTransform.suits(augmentator)
            else None
        )
        self._seed = int(np.random.randint(2**31)) if seed is None else seed
        self._epoch = 0

    @property
    def shuffles_rows(self) -> bool:
        """Whether the wrapped sequence does."""
        return bool(getattr(self.sequence, "shuffles_rows", False))

    @property
    def takes_long(self) -> bool:
        """Whether its batches should be prepared ahead of the training: always."""
        return True

    def __len__(self) -> int:
        return len(self.sequence)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        inputs, *others = self.sequence[index]
        if not isinstance(inputs, dict) or self.input_name not in inputs:
            known = ", ".join(map(repr, inputs)) if isinstance(inputs, dict) else "no names"
            raise TrainingError(
                f"The sequence has no input '{self.input_name}' to augment; it has {known}.",
                fix="Name one of them in DataAugmentationSequence.",
            )
        repeated = {
            name: self._vary(array, index)
            if name == self.input_name
            else np.repeat(array, self.n_augmentation, axis=0)
            for name, array in inputs.items()
        }
        repeat = functools.partial(np.repeat, repeats=self.n_augmentation, axis=0)
        return (repeated, *(keras.tree.map_structure(repeat, other) for other in others))

    def on_epoch_begin(self) -> None:
        """Passes the call on, and varies anew."""
        self._epoch += 1
        if hasattr(self.sequence, "on_epoch_begin"):
            self.sequence.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Passes the call on."""
        if hasattr(self.sequence, "on_epoch_end"):
            self.sequence.on_epoch_end()

    def _vary(self, array: NDArray[Any], index: int) -> NDArray[Any]:
        random = np.random.default_rng([self._seed, self._epoch, index])
        seeds = random.integers(2**31, size=len(array) * self.n_augmentation).tolist()
        if self._transform is not None and array.ndim == 4:
            return self._transform.each(array, seeds, self.n_augmentation)
        varied = np.empty((len(seeds), *array.shape[1:]), array.dtype)
        for position, seed in enumerate(seeds):
            row = array[position // self.n_augmentation]
            result = np.asarray(self.augmentator.random_transform(row.copy(), seed=seed))
            if result.shape != row.shape:
                raise TrainingError(
                    f"random_transform returned an array of shape {result.shape} for an x of "
                    f"shape {row.shape}.",
                    fix="Return an array of the same shape as x.",
                )
            varied[position] = result
        return varied
