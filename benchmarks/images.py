"""Images beside Keras' own functions: `python -m benchmarks.images`.

Two comparisons, each of which does the same work on both sides, in one process:

- random transforms of 197 × 197 × 3 float images with an `ImageDataGenerator`: what
  `DataAugmentationSequence` does with batches of 8 rows and 3 copies of each, and
  `ImageDataGenerator.random_transform` called for each copy;
- reading JPEG files at 96 × 96: `load_img`, and `keras.utils.load_img` with `img_to_array`, one
  file after the other in one thread.

The sides take turns. Told are the medians of several rounds and the median of the ratios of the
rounds; with other work on the machine only the ratios mean something. How close the results are
to those of Keras is said, too, on the pixel range of 0 to 1 or 0 to 255.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras._tf_keras.keras.preprocessing.image import ImageDataGenerator

from hornbook.batching.image_transform import ImageDataGeneratorTransform
from hornbook.features import load_img

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "cats_dogs" / "images"
BATCHES, ROWS, COPIES, SIDE = 5, 8, 3, 197
BORDER = 2
SEEDS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="of each side (default 9)")
    parser.add_argument("--images", type=Path, default=DATA, help="a folder of JPEG files")
    arguments = parser.parse_args()
    # Keras calls SciPy by a name of its own that is going away.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    files = sorted(arguments.images.glob("*.jpg"))
    if not files:
        sys.exit(f"No JPEG files in {arguments.images}; name a folder with --images.")
    augment(files, arguments.rounds)
    load(files, arguments.rounds)


def augment(files: list[Path], rounds: int) -> None:
    generator = ImageDataGenerator(
        zoom_range=0.2,
        shear_range=0.5,
        rotation_range=20,
        width_shift_range=0.2,
        height_shift_range=0.2,
        horizontal_flip=True,
    )
    transform = ImageDataGeneratorTransform(generator)
    images = np.stack([load_img(file, (SIDE, SIDE)) / 255 for file in files[:ROWS]])
    seeds = list(range(len(images) * COPIES))

    def by_hornbook() -> None:
        for _ in range(BATCHES):
            transform.each(images, seeds, COPIES)

    def by_keras() -> None:
        for _ in range(BATCHES):
            copies = np.empty((len(seeds), *images.shape[1:]), images.dtype)
            for position, seed in enumerate(seeds):
                copies[position] = generator.random_transform(images[position // COPIES], seed=seed)

    name = f"random transforms of {SIDE} × {SIDE} × 3, float32"
    compare(name, BATCHES * len(seeds), by_hornbook, by_keras, rounds)
    inside = (slice(BORDER, -BORDER), slice(BORDER, -BORDER))
    differences = []
    for seed in range(SEEDS):
        image = images[seed % len(images)]
        ours = transform.each(image[np.newaxis], [seed], 1)[0]
        theirs = generator.random_transform(image, seed=seed)
        differences.append(float(np.abs(ours[inside] - theirs[inside]).mean()))
    print(
        f"  mean absolute difference on {SEEDS} seeds, of the pixel range: "
        f"{statistics.mean(differences):.3%}, at most {max(differences):.3%}\n"
    )


def load(files: list[Path], rounds: int) -> None:
    def by_hornbook() -> None:
        for file in files:
            load_img(file, (96, 96))

    def by_keras() -> None:
        for file in files:
            keras.utils.img_to_array(keras.utils.load_img(file, target_size=(96, 96)))

    compare("JPEG files read at 96 × 96", len(files), by_hornbook, by_keras, rounds)
    to_smooth: dict[str, list[float]] = {"Hornbook": [], "Keras": []}
    for file in files[:SEEDS]:
        image = keras.utils.load_img(file, target_size=(96, 96), interpolation="bilinear")
        smooth = keras.utils.img_to_array(image)
        nearest = keras.utils.img_to_array(keras.utils.load_img(file, target_size=(96, 96)))
        to_smooth["Hornbook"].append(float(np.abs(load_img(file, (96, 96)) - smooth).mean()))
        to_smooth["Keras"].append(float(np.abs(nearest - smooth).mean()))
    told = ", ".join(f"{name} {statistics.mean(v) / 255:.2%}" for name, v in to_smooth.items())
    print(f"  mean absolute difference to Pillow's antialiased resize, of the range: {told}")


def compare(
    name: str, count: int, ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> None:
    """Times both in turns and tells images a second and the ratio."""
    ours()
    theirs()
    seconds: dict[str, list[float]] = {"Hornbook": [], "Keras": []}
    for _ in range(rounds):
        for side, work in (("Hornbook", ours), ("Keras", theirs)):
            started = time.perf_counter()
            work()
            seconds[side].append(time.perf_counter() - started)
    ratios = [theirs / ours for ours, theirs in zip(*seconds.values(), strict=True)]
    print(f"{name}, {count} a round, {rounds} rounds")
    for side, values in seconds.items():
        print(f"  {side:<10}{count / statistics.median(values):10,.0f} images/s")
    print(
        f"  ratio     {statistics.median(ratios):10.1f}   ({min(ratios):.1f} to {max(ratios):.1f})"
    )


if __name__ == "__main__":
    main()
