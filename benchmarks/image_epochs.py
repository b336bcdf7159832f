"""Epochs from JPEG files beside epochs from ready arrays: cats and dogs at 96 × 96.

Both sides train the same small convolutional network on the same 480 images in batches of 32, on
TensorFlow. Hornbook reads the files; plain Keras has the arrays in memory, or reads the files by
`image_dataset_from_directory`, which knows folders of classes. Told are seconds of training an
epoch, compilation left out: Hornbook's second epoch without its cache, where all files are
decoded anew, and its later epochs with it.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measured import DATA, Line, Run, hornbook, in_turns, median, run_python

EPOCHS = 4
BATCH_SIZE = 32
ARCHITECTURE = """
import keras
from keras import layers


def build_model(input_shapes, n_classes=None):
    image = keras.Input(shape=input_shapes["image_path_preprocessed"],
                        name="image_path_preprocessed")
    x = image
    for filters in (16, 32, 64):
        x = layers.MaxPooling2D()(layers.Conv2D(filters, 3, activation="relu")(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(1, activation="sigmoid")(x))


def compile_model(model):
    model.compile(keras.optimizers.Adam(0.001), "binary_crossentropy")
    return model
"""
PLAIN = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np, keras, architecture
from benchmarks.epoch_seconds import EpochSeconds
from pathlib import Path
source, epochs, size = Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
if source.is_dir():
    rows = keras.utils.image_dataset_from_directory(
        source, labels="inferred", label_mode="binary", image_size=(96, 96), batch_size=size)
    rows = rows.map(lambda x, y: (x / 255, y)).prefetch(2)
    given = (rows,)
else:
    arrays = np.load(source)
    given = (arrays["x"], arrays["y"])
model = architecture.build_model({"image_path_preprocessed": (96, 96, 3)})
model = architecture.compile_model(model)
watch = EpochSeconds()
keywords = {} if len(given) == 1 else {"batch_size": size}
model.fit(*given, epochs=epochs, verbose=0, callbacks=[watch], **keywords)
print(json.dumps(watch.seconds))
"""


def lines(runs: int) -> list[Line]:
    source = DATA / "cats_dogs"
    if not source.is_dir():
        return []
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        design, home, arrays = scratch / "pets", scratch / "home", scratch / "ready.npz"
        design.mkdir()
        shutil.copy(source / "cats_dogs.csv", scratch)
        with (source / "cats_dogs.csv").open() as file:
            is_inside = next(csv.DictReader(file))["image_path"].startswith("images/")
        images = source if is_inside else source / "images"
        (design / "architecture.py").write_text(ARCHITECTURE)
        (design / "task.toml").write_text(
            f"""
            seed = 1
            [dataset]
            path = "{scratch / "cats_dogs.csv"}"
            [target]
            column = "label"
            type = "binary"
            [training]
            epochs = {EPOCHS}
            batch_size = {BATCH_SIZE}
            [runtime]
            backend = "tensorflow"
            [features]
            image_path = {{ type = "image", folder = "{images}", height = 96, width = 96 }}
            """
        )
        run_python(["-m", "benchmarks.ready", str(design), str(home), str(arrays)])
        by_class = scratch / "files"
        link_by_class(source / "cats_dogs.csv", images, np.load(arrays)["rows"], by_class)

        def ours(*, cached: bool) -> Run:
            setting = f"training.cache_preprocessed={str(cached).lower()}"
            done = hornbook(["train", str(design), "--set", setting], home)
            epochs = [one["steps"] + one["waiting"] for one in done.value["profile"]]
            return Run(median(epochs[1:]), done.peak_mb)

        def theirs(given: Path) -> Run:
            arguments = [str(design), str(given), str(EPOCHS), str(BATCH_SIZE)]
            done = run_python(["-c", PLAIN, *arguments], {"KERAS_BACKEND": "tensorflow"})
            return Run(median(done.value[1:]), done.peak_mb)

        found = in_turns(
            runs,
            {
                "files": lambda: ours(cached=False),
                "ready arrays": lambda: theirs(arrays),
                "cache": lambda: ours(cached=True),
                "image_dataset_from_directory": lambda: theirs(by_class),
            },
        )

    def line(what: str, side: str, peer: str, target: str = "") -> Line:
        return Line(
            f"480 JPEG files at 96 × 96, small convolutional net, {what}",
            f"Keras on TensorFlow, {peer}",
            "s",
            median([run.value for run in found[side]]),
            median([run.value for run in found[peer]]),
            target,
            max(run.peak_mb for run in found[side]),
            max(run.peak_mb for run in found[peer]),
            {name: [run.value for run in found[name]] for name in (side, peer)},
        )

    return [
        line("epoch from files", "files", "ready arrays", "≤ 1.15"),
        line("later epoch with the cache", "cache", "ready arrays"),
        line("epoch from files", "files", "image_dataset_from_directory"),
    ]


def link_by_class(table: Path, images: Path, rows: NDArray[np.integer[Any]], folder: Path) -> None:
    """The images of some rows in a folder for each class, as Keras reads them."""
    with table.open(newline="") as file:
        entries = list(csv.DictReader(file))
    for row in rows.tolist():
        source, target = images / entries[row]["image_path"], folder / entries[row]["label"]
        target.mkdir(parents=True, exist_ok=True)
        (target / source.name).symlink_to(source)
