"""Images beside Keras' own functions: `python -m benchmarks.images`.

Two comparisons, each of which does the same work on both sides, in one process:

- random transforms of 197 × 197 × 3 float images with an `ImageDataGenerator`: what
  `DataAugmentationSequence` does with batches of 8 rows and 3 copies of each, and
  `ImageDataGenerator.random_transform` called for each copy;
- reading JPEG files at 96 × 96: `load_img`, and `keras.utils.load_img` with `img_to_array`, one
  file after the other in one thread.

The sides take turns, and told are the medians of the rounds; with other work on the machine only
their ratio means something. How close the results are
to those of Keras is said, too, on the pixel range of 0 to 1 or 0 to 255.
"""

from __future__ import annotations

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

from benchmarks.measured import DATA, Line
from hornbook.batching.image_transform import ImageDataGeneratorTransform
from hornbook.features import load_img

IMAGES = DATA / "cats_dogs" / "images"
BATCHES, ROWS, COPIES, SIDE = 5, 8, 3, 197
BORDER = 2
SEEDS = 100


def main() -> None:
    for one in lines(9):
        figures = f"{one.ours:,.0f} and {one.theirs:,.0f} {one.unit}"
        print(f"{one.workload}: {figures}, {one.ours / one.theirs:.1f}")


def lines(runs: int) -> list[Line]:
    """Rounds are short, so there are fifteen of them, or more."""
    # Keras calls SciPy by a name of its own that is going away.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    files = sorted(IMAGES.glob("*.jpg"))
    if not files:
        return []
    rounds = max(15, runs)
    return [augment(files, rounds), load(files, rounds)]


def augment(files: list[Path], rounds: int) -> Line:
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
    line = compare(
        name, "random_transform", "≥ 20", BATCHES * len(seeds), by_hornbook, by_keras, rounds
    )
    inside = (slice(BORDER, -BORDER), slice(BORDER, -BORDER))
    differences = []
    for seed in range(SEEDS):
        image = images[seed % len(images)]
        ours = transform.each(image[np.newaxis], [seed], 1)[0]
        theirs = generator.random_transform(image, seed=seed)
        differences.append(float(np.abs(ours[inside] - theirs[inside]).mean()))
    print(
        f"  mean absolute difference on {SEEDS} seeds, of the pixel range: "
        f"{statistics.mean(differences):.3%}, at most {max(differences):.3%}",
        file=sys.stderr,
    )
    return line


def load(files: list[Path], rounds: int) -> Line:
    def by_hornbook() -> None:
        for file in files:
            load_img(file, (96, 96))

    def by_keras() -> None:
        for file in files:
            keras.utils.img_to_array(keras.utils.load_img(file, target_size=(96, 96)))

    line = compare(
        "JPEG files read at 96 × 96",
        "keras.utils.load_img",
        "≥ 2",
        len(files),
        by_hornbook,
        by_keras,
        rounds,
    )
    to_smooth: dict[str, list[float]] = {"Hornbook": [], "Keras": []}
    for file in files[:SEEDS]:
        image = keras.utils.load_img(file, target_size=(96, 96), interpolation="bilinear")
        smooth = keras.utils.img_to_array(image)
        nearest = keras.utils.img_to_array(keras.utils.load_img(file, target_size=(96, 96)))
        to_smooth["Hornbook"].append(float(np.abs(load_img(file, (96, 96)) - smooth).mean()))
        to_smooth["Keras"].append(float(np.abs(nearest - smooth).mean()))
    told = ", ".join(f"{name} {statistics.mean(v) / 255:.2%}" for name, v in to_smooth.items())
    shown = f"  mean absolute difference to Pillow's antialiased resize, of the range: {told}"
    print(shown, file=sys.stderr)
    return line


def compare(
    name: str,
    peer: str,
    target: str,
    count: int,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rounds: int,
) -> Line:
    """Times both in turns, and gives the medians of images a second."""
    ours()
    theirs()
    rates: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(rounds):
        for side, work in (("ours", ours), ("theirs", theirs)):
            started = time.perf_counter()
            work()
            rates[side].append(count / (time.perf_counter() - started))
    return Line(
        name,
        f"Keras, {peer}",
        "images/s",
        statistics.median(rates["ours"]),
        statistics.median(rates["theirs"]),
        target,
        runs=rates,
    )


if __name__ == "__main__":
    main()
