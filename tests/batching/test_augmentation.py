"""Augmented sequences: shapes, repetition, reproducibility, errors."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from hornbook.batching import DataAugmentationSequence
from hornbook.errors import TrainingError


class Images(keras.utils.PyDataset):
    """Two batches of three rows with an image input, another input, target and weight."""

    def __init__(self):
        super().__init__()
        self.epochs = 0

    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows = np.arange(3) + 3 * index
        inputs = {
            "photo": np.zeros((3, 4, 4, 1), np.float32) + rows[:, None, None, None].astype("f4"),
            "main": rows[:, np.newaxis].astype(np.float32),
        }
        return inputs, rows[:, np.newaxis], rows.astype(np.float32)

    def on_epoch_begin(self):
        self.epochs += 1


class AddNoise:
    """Adds a random amount to a row."""

    def random_transform(self, x, seed=None):
        return x + np.float32(np.random.default_rng(seed).uniform(0, 0.5))


def test_every_row_comes_n_times_varied_and_the_rest_is_repeated():
    augmented = DataAugmentationSequence(Images(), "photo", AddNoise(), 3)
    inputs, target, weight = augmented[1]
    assert len(augmented) == 2
    assert inputs["photo"].shape == (9, 4, 4, 1)
    assert inputs["photo"].dtype == np.float32
    assert inputs["main"][:, 0].tolist() == [3, 3, 3, 4, 4, 4, 5, 5, 5]
    assert target[:, 0].tolist() == weight.tolist() == [3, 3, 3, 4, 4, 4, 5, 5, 5]
    amounts = inputs["photo"][:, 0, 0, 0] - target[:, 0]
    assert len(set(amounts.tolist())) == 9
    assert ((amounts >= 0) & (amounts <= 0.5)).all()


def test_the_same_seed_and_epoch_give_the_same_batch_in_any_order():
    one, other = (
        DataAugmentationSequence(Images(), "photo", AddNoise(), 2, seed=5) for _ in range(2)
    )
    for sequence in (one, other):
        sequence.on_epoch_begin()
    other[1]
    np.testing.assert_array_equal(one[0][0]["photo"], other[0][0]["photo"])
    before = one[0][0]["photo"]
    one.on_epoch_begin()
    assert (one[0][0]["photo"] != before).any()


def test_epochs_are_passed_on():
    images = Images()
    DataAugmentationSequence(images, "photo", AddNoise(), 2).on_epoch_begin()
    assert images.epochs == 1


@pytest.mark.filterwarnings("ignore:Please import .affine_transform:DeprecationWarning")
def test_keras_image_generator_keeps_the_shape():
    from keras._tf_keras.keras.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(
        zoom_range=0.2,
        shear_range=0.5,
        rotation_range=20,
        width_shift_range=0.2,
        height_shift_range=0.2,
        horizontal_flip=True,
    )
    inputs, *_ = DataAugmentationSequence(Images(), "photo", generator, 2)[0]
    assert inputs["photo"].shape == (6, 4, 4, 1)


def test_an_unknown_input_is_named_with_the_known_ones():
    with pytest.raises(TrainingError, match=r"no input 'image' to augment; it has 'photo', 'main'"):
        DataAugmentationSequence(Images(), "image", AddNoise(), 2)[0]


def test_a_changed_shape_is_said():
    class Crop:
        def random_transform(self, x, seed=None):
            return x[1:]

    with pytest.raises(TrainingError, match=r"shape \(3, 4, 1\) for an x of shape \(4, 4, 1\)"):
        DataAugmentationSequence(Images(), "photo", Crop(), 2)[0]


def test_an_augmentator_without_the_method_is_refused():
    with pytest.raises(TrainingError, match="has no method random_transform"):
        DataAugmentationSequence(Images(), "photo", object(), 2)


def test_no_copies_are_refused():
    with pytest.raises(TrainingError, match="n_augmentation=0"):
        DataAugmentationSequence(Images(), "photo", AddNoise(), 0)
