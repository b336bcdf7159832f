"""Images in Base64, whole and broken, and the files of the server, which no request reads."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from processes import EndpointProcess, hornbook

pytestmark = pytest.mark.slow

ARCHITECTURE = """
from keras import Model
from keras.layers import Dense, Flatten, Input, concatenate


def build_model(input_shapes, n_classes=None):
    inputs = [Input(shape=shape, name=name) for name, shape in input_shapes.items()]
    flat = concatenate([Flatten()(one) for one in inputs])
    return Model(inputs, Dense(1, activation="sigmoid")(flat))


def compile_model(model):
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model
"""


def picture(brightness: int, file_format: str = "PNG") -> bytes:
    random = np.random.default_rng(brightness)
    pixels = random.integers(brightness, brightness + 100, (24, 24, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format)
    return file.getvalue()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndpointProcess]:
    folder = tmp_path_factory.mktemp("images")
    (folder / "pictures").mkdir()
    rows = []
    for number in range(60):
        bright = number % 2
        (folder / "pictures" / f"{number}.png").write_bytes(picture(10 + 130 * bright))
        path = f"pictures/{number}.png"
        rows.append({"shown": path, "kept": path, "answer": "yes" if bright else "no"})
    pd.DataFrame(rows).to_csv(folder / "pictures.csv", index=False)
    home = folder / "home"
    hornbook(home, "init", "task", "--data", "pictures.csv", "--target", "answer")
    task = folder / "task" / "task.toml"
    text = re.sub(
        r"^(shown|kept) = .*$",
        lambda match: (
            f'{match[1]} = {{ type = "image", handling = "resize", height = 16, width = 16, '
            f'missing = "{"drop_rows" if match[1] == "kept" else "impute"}" }}'
        ),
        task.read_text("utf-8"),
        flags=re.MULTILINE,
    )
    task.write_text(text.replace('backend = "auto"', 'backend = "jax"'), "utf-8")
    (folder / "task" / "architecture.py").write_text(ARCHITECTURE)
    made = hornbook(home, "train", "task", "--set", "training.epochs=2", "--json")
    hornbook(home, "deploy", json.loads(made)["model"], "--name", "pictures")
    process = EndpointProcess(home, "pictures", "--no-keys")
    yield process
    process.end()


PREDICT = "/public/api/v1/hornbook/pictures/predict"


def spelled(content: bytes) -> str:
    return base64.b64encode(content).decode()


WHOLE = spelled(picture(140))


def test_images_in_base64_with_and_without_their_type(endpoint: EndpointProcess) -> None:
    results = [
        endpoint.post(PREDICT, {"features": {"shown": one, "kept": WHOLE}}).json["result"]
        for one in (WHOLE, f"data:image/png;base64,{WHOLE}", f" {WHOLE[:40]}\n{WHOLE[40:]}")
    ]
    assert results[0] == results[1] == results[2]
    assert results[0]["prediction"] in ("yes", "no")
    other = {"shown": spelled(picture(140, "JPEG")), "kept": None}
    missing = endpoint.post(PREDICT, {"features": other})
    assert missing.json["result"]["ignored"] is True
    assert "'kept'" in missing.json["result"]["ignoreReason"]


@pytest.mark.parametrize(
    "broken",
    [
        WHOLE[: len(WHOLE) // 2],
        spelled(b"no image at all, but bytes"),
        spelled(picture(140, "JPEG")[:-200]),
        "abcd",
        "not Base64!",
        "data:image/png;base64",
        "data:image/png;base64,???",
        5,
        ["x"],
    ],
)
def test_a_broken_image_is_refused_by_its_column(endpoint: EndpointProcess, broken: object) -> None:
    answered = endpoint.post(PREDICT, {"features": {"shown": broken, "kept": WHOLE}})
    assert answered.status == 422, answered.json
    assert "'shown'" in answered.json["error"]
    assert "Base64" in answered.json["fix"]


def test_a_broken_image_that_the_model_leaves_out_has_a_reason(endpoint: EndpointProcess) -> None:
    answered = endpoint.post(PREDICT, {"features": {"shown": WHOLE, "kept": WHOLE[:80]}})
    result = answered.json["result"]
    assert (result["prediction"], result["ignored"]) == (None, True)
    assert result["ignoreReason"].startswith("The model leaves this row out: ")


def test_a_missing_image_is_what_the_handling_makes_of_it(endpoint: EndpointProcess) -> None:
    for missing in (None, ""):
        answered = endpoint.post(PREDICT, {"features": {"shown": missing, "kept": WHOLE}})
        assert answered.json["result"]["prediction"] in ("yes", "no")


def test_no_request_reads_a_file_of_the_server(endpoint: EndpointProcess) -> None:
    folder = endpoint.home.parent
    # A path whose letters are all of Base64, and one that was a row of the training.
    (folder / "pictures" / "pathinbase64letters").write_bytes(picture(140))
    for path in (
        "pictures/1.png",
        "1.png",
        "/pictures/1.png",
        "pictures/pathinbase64letters",
        str(folder / "pictures" / "1.png"),
        Path(folder / "pictures" / "1.png").as_uri(),
        "../pictures.csv",
        "/etc/passwd",
    ):
        for column, other in (("shown", "kept"), ("kept", "shown")):
            answered = endpoint.post(PREDICT, {"features": {column: path, other: WHOLE}})
            read = answered.status == 200 and answered.json["result"]["ignored"] is False
            assert not read, path
