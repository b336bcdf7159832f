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
import json, sys, time
sys.path.insert(0, sys.argv[1])
import numpy as np, keras, architecture
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
seconds = []
class Watch(keras.callbacks.Callback):
    async_safe = True
    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()
    def on_epoch_end(self, epoch, logs=None):
        seconds.append(time.perf_counter() - self.started)
keywords = {} if len(given) == 1 else {"batch_size": size}
model.fit(*given, epochs=epochs, verbose=0, callbacks=[Watch()], **keywords)
print(json.dumps(seconds))
"""
READY = """
import sys
from pathlib import Path
import numpy as np
from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.training.prepare import open_tables, prepare_data
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode
design, home = DesignFolder.read(Path(sys.argv[1])), Path(sys.argv[2])
resources = DesignResources.of_training(design, UserCode(design.path), home)
data = prepare_data(design, *open_tables(design, TableStore(home / "datasets")), resources)
batch = data.train.read(np.arange(len(data.train)))
(x,) = batch.inputs.values()
np.savez(sys.argv[3], x=x, y=batch.targets[""].astype(np.float32)[:, np.newaxis])
numbers = data.train.table.take(data.train.rows, ["image_path", "label"])
for path, label in numbers.rows():
    folder = Path(sys.argv[4]) / str(label)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / Path(path).name).symlink_to(Path(sys.argv[5]) / path)
print(len(x))
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
        files = scratch / "files"
        ready = [str(design), str(home), str(arrays), str(files), str(images)]
        run_python(["-c", READY, *ready])

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
                "image_dataset_from_directory": lambda: theirs(files),
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
