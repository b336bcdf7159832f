"""Keras' random transforms by OpenCV, beside Keras' own."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from keras._tf_keras.keras.preprocessing.image import ImageDataGenerator

from hornbook.batching.image_transform import ImageDataGeneratorTransform

pytestmark = pytest.mark.filterwarnings("ignore:Please import .affine_transform:DeprecationWarning")

SEED_PAGE = {
    "zoom_range": 0.2,
    "shear_range": 0.5,
    "rotation_range": 20,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "horizontal_flip": True,
}
EVERYTHING = {
    **SEED_PAGE,
    "shear_range": 30,
    "vertical_flip": True,
    "channel_shift_range": 0.3,
    "rescale": 2.0,
    "preprocessing_function": lambda image: image * 0,
}


def photo(height=197, width=197, channels=3, dtype=np.float32, scale=1.0):
    """Waves with some edges, from 0 to `scale`."""
    rows, columns = np.mgrid[0:height, 0:width] / 197
    layers = [
        0.5 + 0.5 * np.sin(20 * rows + (10 + 7 * layer) * columns + layer)
        for layer in range(channels)
    ]
    image = np.stack(layers, axis=-1)
    image[height // 3 : height // 2, width // 4 : width // 2] = 1
    image[height // 2 :, : width // 5] = 0
    return (image * scale).astype(dtype)


def both(generator, image, seed):
    ours = ImageDataGeneratorTransform(generator)
    fast = ours.apply(image, ours.draw(image.shape, [seed])[0])
    return fast, generator.random_transform(image.copy(), seed=seed)


def difference(fast, slow, border=2):
    """Mean absolute difference inside the border."""
    inside = (slice(border, -border), slice(border, -border))
    return float(np.abs(fast[inside].astype(float) - slow[inside].astype(float)).mean())


def test_the_seed_pages_generator_is_matched_on_a_hundred_seeds(data_folder):
    from hornbook.features import load_img

    file = sorted((data_folder / "cats_dogs" / "images").glob("*.jpg"))[0]
    image = load_img(file, (197, 197)) / 255
    generator = ImageDataGenerator(**SEED_PAGE)
    differences = [difference(*both(generator, image, seed)) for seed in range(100)]
    assert max(differences) < 0.01
    assert np.mean(differences) < 0.002


@pytest.mark.parametrize("fill_mode", ["nearest", "constant", "reflect", "wrap"])
@pytest.mark.parametrize("options", [SEED_PAGE, EVERYTHING], ids=["page", "everything"])
@pytest.mark.parametrize("shape", [(60, 60), (50, 90)], ids=["square", "wide"])
def test_every_fill_mode_is_matched(fill_mode, options, shape):
    generator = ImageDataGenerator(**options, fill_mode=fill_mode, cval=0.4)
    image = photo(*shape)
    for seed in range(15):
        fast, slow = both(generator, image, seed)
        assert fast.shape == slow.shape
        assert fast.dtype == slow.dtype
        # Beyond the edge SciPy switches to the constant at once, OpenCV over one pixel.
        assert difference(fast, slow) < (0.015 if fill_mode == "constant" else 0.01)


@pytest.mark.parametrize("name", ["theta", "tx", "ty", "shear", "zx", "zy"])
def test_each_parameter_alone_is_matched(name):
    generator = ImageDataGenerator()
    image = photo(40, 70)
    value = {"theta": 25, "tx": 7.3, "ty": -4.6, "shear": 20, "zx": 0.8, "zy": 1.3}[name]
    parameters = {**generator.get_random_transform(image.shape, 0), name: value}
    fast = ImageDataGeneratorTransform(generator).apply(image, parameters)
    slow = generator.apply_transform(image.copy(), parameters)
    assert difference(fast, slow) < 0.01
    assert difference(fast, image) > 0.03


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.float16])
def test_channels_and_kinds_of_numbers_are_matched(channels, dtype):
    if dtype == np.float16:
        dtype, scale = np.int32, 255.0
    else:
        scale = 255.0 if dtype == np.uint8 else 1.0
    image = photo(40, 40, channels, dtype, scale)
    fast, slow = both(ImageDataGenerator(rotation_range=20, zoom_range=0.2), image, 3)
    assert fast.dtype == slow.dtype
    assert difference(fast, slow) < 0.01 * scale


@pytest.mark.parametrize(
    "options",
    [
        {"interpolation_order": 0},
        {"interpolation_order": 3},
        {"data_format": "channels_first"},
        {"fill_mode": "wrap"},
    ],
)
def test_what_opencv_cannot_match_is_left_to_keras(options):
    generator = ImageDataGenerator(**SEED_PAGE, **options)
    image = photo(40, 40)
    if "data_format" in options:
        image = np.ascontiguousarray(image.transpose(2, 0, 1))
    fast, slow = both(generator, image, 5)
    np.testing.assert_array_equal(fast, slow)


def test_brightness_and_flips_are_those_of_keras():
    generator = ImageDataGenerator(
        brightness_range=(0.5, 1.5), horizontal_flip=True, vertical_flip=True
    )
    image = photo(20, 30, scale=255)
    for seed in range(5):
        fast, slow = both(generator, image, seed)
        np.testing.assert_array_equal(fast, slow)


def test_an_image_is_not_changed_in_place():
    image = photo(20, 20)
    before = image.copy()
    generator = ImageDataGenerator(**EVERYTHING)
    for seed in range(5):
        both(generator, image, seed)
    np.testing.assert_array_equal(image, before)


def test_drawing_leaves_numpys_generator_as_it_was():
    np.random.seed(1)
    expected = np.random.random(3)
    np.random.seed(1)
    transform = ImageDataGeneratorTransform(ImageDataGenerator(**SEED_PAGE))
    (drawn,) = transform.draw((10, 10, 3), [7])
    np.testing.assert_array_equal(np.random.random(3), expected)
    assert drawn == ImageDataGenerator(**SEED_PAGE).get_random_transform((10, 10, 3), 7)


def test_threads_do_not_mix_up_what_is_drawn():
    transform = ImageDataGeneratorTransform(ImageDataGenerator(**SEED_PAGE))
    expected = {seed: transform.draw((10, 10, 3), [seed]) for seed in range(200)}
    found = {}

    def work(start):
        for seed in range(start, 200, 4):
            found[seed] = transform.draw((10, 10, 3), [seed])

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_copies_come_one_after_the_other_whatever_threads_make_them():
    generator = ImageDataGenerator(**SEED_PAGE)
    images = np.stack([photo(20, 30), photo(20, 30)[:, ::-1]])
    copies = ImageDataGeneratorTransform(generator).each(images, range(100, 140), 20)
    assert copies.shape == (40, 20, 30, 3)
    for position, seed in enumerate(range(100, 140)):
        expected, _ = both(generator, images[position // 20], seed)
        np.testing.assert_array_equal(copies[position], expected)


def test_only_generators_that_transform_as_keras_does_are_taken_over():
    class WithParametersOfItsOwn(ImageDataGenerator):
        def get_random_transform(self, img_shape, seed=None):
            return {"theta": 90}

    class WithTransformOfItsOwn(ImageDataGenerator):
        def random_transform(self, x, seed=None):
            return x

    class Other:
        def random_transform(self, x, seed=None):
            return x

    assert ImageDataGeneratorTransform.suits(ImageDataGenerator())
    assert ImageDataGeneratorTransform.suits(WithParametersOfItsOwn())
    assert not ImageDataGeneratorTransform.suits(WithTransformOfItsOwn())
    assert not ImageDataGeneratorTransform.suits(Other())
