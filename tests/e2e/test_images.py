"""Images from the table to the prediction, through the command."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

PREPROCESS = """
from dataiku.doctor.deep_learning.keras_utils import load_img


def preprocess_image(image_file):
    array = load_img(image_file, resized_dims=(64, 64))
    array /= 255
    return array
"""
CONVOLUTIONS = """
from tensorflow.keras.layers import (
    Activation, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, Input, MaxPooling2D
)
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import Adam


def build_model(input_shapes, n_classes=None):
    image = Input(shape=input_shapes["image_path_preprocessed"], name="image_path_preprocessed")
    x = image
    for filters in (16, 32, 64, 64):
        x = Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = BatchNormalization(momentum=0.9)(x)
        x = Activation("relu")(x)
        x = MaxPooling2D()(x)
    x = GlobalAveragePooling2D()(x)
    predictions = Dense(1, activation="sigmoid")(x)
    return Model(inputs=[image], outputs=predictions)


def compile_model(model):
    model.compile(optimizer=Adam(0.002), loss="binary_crossentropy")
    return model
"""
TRANSFER = CONVOLUTIONS.replace(
    "    return Model(inputs=[image], outputs=predictions)",
    "    model = Model(inputs=[image], outputs=predictions)\n"
    "    model.load_weights(get_keras_model_location_from_trained_model(session_id='s1'))\n"
    "    return model",
).replace(
    "from tensorflow.keras.models",
    "from dataiku.doctor.deep_learning.load_model import (\n"
    "    get_keras_model_location_from_trained_model\n)\nfrom tensorflow.keras.models",
)
SEED_PAGE = """
from dataiku.doctor.deep_learning.sequences import DataAugmentationSequence
from tensorflow.keras.preprocessing.image import ImageDataGenerator


def build_sequences(
    build_train_sequence_with_batch_size, build_validation_sequence_with_batch_size
):
    original_batch_size = 8
    train_sequence = build_train_sequence_with_batch_size(original_batch_size)
    validation_sequence = build_validation_sequence_with_batch_size(original_batch_size)
    augmentator = ImageDataGenerator(
        zoom_range=0.2,
        shear_range=0.5,
        rotation_range=20,
        width_shift_range=0.2,
        height_shift_range=0.2,
        horizontal_flip=True
    )
    augmented_sequence = DataAugmentationSequence(
        train_sequence, "image_path_preprocessed", augmentator, n_augmentation=3
    )
    return augmented_sequence, validation_sequence


def fit_model(model, train_sequence, validation_sequence, base_callbacks):
    epochs = 3
    model.fit_generator(train_sequence, epochs=epochs, callbacks=base_callbacks, shuffle=True)
"""
DENSE = """
from keras import Input, Model, layers


def build_model(input_shapes, n_classes=None):
    photo = Input(shape=input_shapes["photo_preprocessed"], name="photo_preprocessed")
    return Model(photo, layers.Dense(1, activation="sigmoid")(layers.Flatten()(photo)))


def compile_model(model):
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model
"""


@pytest.fixture
def cats_dogs(terminal, data_folder):
    (terminal.folder / "pets" / "features").mkdir(parents=True)
    terminal.write("pets/features/image_path.py", PREPROCESS)
    terminal.write("pets/architecture.py", CONVOLUTIONS)
    terminal.write("pets/training.py", SEED_PAGE)
    table = data_folder / "cats_dogs" / "cats_dogs.csv"
    terminal.write(
        "pets/task.toml",
        f"""
        seed = 1
        [dataset]
        path = "{table.resolve()}"
        [target]
        column = "label"
        type = "binary"
        positive_class = "dog"
        [features]
        image_path = {{ type = "image", handling = "custom", folder = "pet images" }}
        [training]
        mode = "advanced"
        """,
    )
    terminal.run("folder", "create", "pet images", data_folder / "cats_dogs" / "images")
    return table


def test_cats_and_dogs_with_the_seed_pages_code(terminal, cats_dogs, data_folder):
    first = terminal.json("train", "pets")
    assert first["status"] == "finished"
    assert first["metrics"]["ROC AUC"] >= 0.65
    assert first["test_rows"] == 120
    assert first["backend"] == "tensorflow"
    terminal.write("pets/architecture.py", TRANSFER)
    second = terminal.json("train", "pets")
    assert second["history"]["Test ROC AUC"][0] > first["history"]["Test ROC AUC"][0]
    assert second["history"]["loss"][0] < first["history"]["loss"][0]

    rows = pd.read_csv(cats_dogs)[:6]
    rows.to_csv(terminal.folder / "paths.csv", index=False)
    images = data_folder / "cats_dogs" / "images"
    texts = [base64.b64encode((images / name).read_bytes()).decode() for name in rows["image_path"]]
    rows.assign(image_path=texts).to_csv(terminal.folder / "base64.csv", index=False)
    terminal.run("predict", "latest", "paths.csv", "by_path.csv")
    terminal.run("predict", "latest", "base64.csv", "by_text.csv")
    by_path = pd.read_csv(terminal.folder / "by_path.csv")
    by_text = pd.read_csv(terminal.folder / "by_text.csv")
    assert by_path["proba_dog"].between(0, 1).all()
    assert by_path["proba_dog"].nunique() == 6
    np.testing.assert_allclose(by_text["proba_dog"], by_path["proba_dog"])


@pytest.fixture
def photos(terminal) -> Path:
    """Dark and bright photos, of which five cannot be read, and a design for them."""
    folder = terminal.folder / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(60):
        pixels = random.integers(0, 100, (24, 32, 3)) + 120 * (number % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.jpg")
    (folder / "cut.jpg").write_bytes((folder / "0.jpg").read_bytes()[:300])
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("no photo")
    broken = ["cut.jpg", "empty.jpg", "text.jpg", "gone.jpg", "../small.csv", ""]
    names = [*broken, *(f"{number}.jpg" for number in range(60))]
    answers = ["no", "yes"] * 33
    frame = pd.DataFrame({"photo": names, "bright": answers})
    frame.to_csv(terminal.folder / "photos.csv", index=False)
    (terminal.folder / "design" / "features").mkdir(parents=True)
    terminal.write("design/architecture.py", DENSE)
    return folder


def write_task(terminal, entry):
    terminal.write(
        "design/task.toml",
        f"""
        [dataset]
        path = "../photos.csv"
        [target]
        column = "bright"
        type = "binary"
        [features]
        photo = {{ type = "image", folder = "photos", {entry} }}
        [training]
        epochs = 3
        """,
    )


def test_broken_images_are_zeros_or_left_out_or_an_error(terminal, photos):
    write_task(terminal, 'height = 8, width = 8, missing = "impute"')
    kept = terminal.json("train", "design")
    assert kept["train_rows"] + kept["test_rows"] == 66
    (note,) = [one for one in kept["warnings"] if "'photo'" in one]
    assert note.startswith("6 of 66 rows have no image in 'photo'")
    listed = (Path(kept["folder"]) / "unreadable_images.jsonl").read_text().splitlines()
    found = {one["value"]: one["reason"] for one in map(json.loads, listed)}
    assert found.keys() == {"cut.jpg", "empty.jpg", "text.jpg", "gone.jpg", "../small.csv", None}
    assert "leads out of the folder" in found["../small.csv"]
    assert found[None] == "missing"

    write_task(terminal, 'height = 8, width = 8, missing = "drop_rows"')
    dropped = terminal.json("train", "design")
    assert dropped["train_rows"] + dropped["test_rows"] == 60
    assert dropped["dropped"] == {"without an image that can be read": 6}
    predicted = terminal.json("predict", "latest", "photos.csv", "predicted.csv")
    assert predicted["unscored_rows"] == 6
    assert pd.read_csv(terminal.folder / "predicted.csv")["prediction"].isna().sum() == 6

    write_task(terminal, 'height = 8, width = 8, missing = "fail"')
    failed = terminal.json("train", "design", code=1)
    assert "6 rows have no image in 'photo' that can be read" in failed["reason"]
    assert "'cut.jpg' is damaged" in failed["reason"]


def test_code_that_fails_shows_its_line_and_a_check_says_the_shape(terminal, photos):
    write_task(terminal, 'handling = "custom"')
    terminal.write(
        "design/features/photo.py",
        PREPROCESS.replace("(64, 64)", "(6, 5)").replace("    array /= 255", "    array /= facto"),
    )
    failed = terminal.json("train", "design", code=1)
    assert "features/photo.py:7: NameError: name 'facto' is not defined" in failed["reason"]
    assert "array /= facto" in failed["reason"]
    terminal.write("design/features/photo.py", PREPROCESS.replace("(64, 64)", "(6, 5)"))
    checked = terminal.json("check", "design")
    assert checked["inputs"][0]["name"] == "photo_preprocessed"
    assert checked["inputs"][0]["shape"] == [6, 5, 3]


def test_code_that_fails_in_the_middle_of_a_training_shows_its_line(terminal, photos):
    write_task(terminal, 'handling = "custom"')
    terminal.write(
        "design/features/photo.py",
        PREPROCESS.replace(
            "    array /= 255", "    assert image_file.name != '37.jpg', 'not this one'"
        ),
    )
    for backend in ("jax", "tensorflow"):
        setting = f"runtime.backend={backend}"
        failed = terminal.json("train", "design", "--set", setting, code=1)
        assert "features/photo.py:7: AssertionError: not this one" in failed["reason"]
