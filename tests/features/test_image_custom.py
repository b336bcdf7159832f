"""Images by the user's own function: what it gets and gives, and whose fault a failure is."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from PIL import Image
from pydantic import ValidationError

from hornbook.errors import FeatureError, UserCodeError
from hornbook.features import Feature, FeaturePipeline, FitContext, ImageCustom
from hornbook.features.images import reasons_unreadable

GOOD = [f"{number}.png" for number in range(5)]
ORIGINAL = """
from hornbook.features import load_img

def preprocess_image(image_file):
    array = load_img(image_file, resized_dims=(10, 12))
    array /= 255
    return array
"""
WITH_PILLOW = """
import numpy as np
from PIL import Image

def preprocess_image(image_file):
    return np.asarray(Image.open(image_file).convert("L").resize((6, 5)))
"""
VECTOR = """
import numpy as np

def preprocess_image(image_file):
    content = image_file.read()
    return np.array([len(content), len(image_file.name)])
"""


def fit(text, values=GOOD, make_resources=None, **options):
    handling = ImageCustom(**options)
    feature = Feature("photo", handling, handling.default_input("photo"))
    block = pl.DataFrame({"photo": pl.Series(values, dtype=pl.String)})
    context = FitContext(resources=make_resources(photo=text))
    return FeaturePipeline.fit([feature], [block], context)


@pytest.mark.parametrize("missing", ["impute", "drop_rows"])
def test_it_holds_to_the_contract(check_contract, make_resources, missing):
    handling = ImageCustom(missing=missing, code="features/photo.py")
    values = [*GOOD, None, "/1.png"]
    fitted = check_contract(
        handling, values, ["cut.png", "4.png"], resources=make_resources(photo=ORIGINAL)
    )
    assert fitted.shape == (10, 12, 3)


@pytest.mark.parametrize(
    ("code", "shape", "dtype"),
    [
        (ORIGINAL, (10, 12, 3), "float32"),
        (WITH_PILLOW, (5, 6), "uint8"),
        (VECTOR, (2,), "int32"),
        (VECTOR.replace("])", "], float)"), (2,), "float32"),
        (VECTOR.replace("])", "]) > 5"), (2,), "float32"),
    ],
)
def test_shape_and_kind_of_numbers_are_those_of_the_arrays(make_resources, code, shape, dtype):
    pipeline = fit(code, make_resources=make_resources)
    spec = pipeline.inputs["photo_preprocessed"]
    assert (spec.shape, spec.dtype) == (shape, dtype)
    batch = pipeline.transform(pl.DataFrame({"photo": GOOD}))["photo_preprocessed"]
    assert batch.shape == (5, *shape)
    assert batch.any()


@pytest.mark.parametrize("code", [ORIGINAL, WITH_PILLOW])
def test_broken_images_are_no_fault_of_the_code(make_resources, code):
    pipeline = fit(code, make_resources=make_resources)
    values = [
        "cut.png",
        "text.jpg",
        "empty.jpg",
        "gone.png",
        "../x.png",
        None,
        "damaged.png",
        "1.png",
    ]
    batch = pipeline.transform(pl.DataFrame({"photo": values}))["photo_preprocessed"]
    assert not batch[:-1].any()
    assert batch[-1].any()
    assert "'damaged.png' is damaged" in pipeline.notes()[0]


def test_code_that_fails_on_a_good_image_is_the_users_error(make_resources):
    code = "def preprocess_image(image_file):\n    raise KeyError('oops')\n"
    with pytest.raises(UserCodeError, match="oops") as raised:
        fit(code, make_resources=make_resources)
    assert raised.value.line == 3
    failing_later = ORIGINAL.replace(
        "    array /=", "    assert image_file.name != '4.png', 'four'\n    array /="
    )
    pipeline = fit(failing_later, make_resources=make_resources)
    with pytest.raises(UserCodeError, match="four"):
        pipeline.transform(pl.DataFrame({"photo": GOOD}))


def test_a_kind_of_file_that_only_the_code_knows_is_checked_by_it(make_resources, pictures):
    np.save(pictures / "array.npy", np.ones((2, 2), np.float32))
    code = "import numpy as np\n\ndef preprocess_image(f):\n    return np.load(f)\n"
    pipeline = fit(code, ["array.npy"], make_resources=make_resources)
    assert pipeline.inputs["photo_preprocessed"].shape == (2, 2)
    reader = ImageCustom().open_reader("photo", make_resources(photo=code))
    reasons = reasons_unreadable(reader, ["array.npy", "text.jpg"])
    assert reasons[0] is None
    assert "text.jpg" in reasons[1]


def test_images_of_different_shapes_are_an_error_that_names_one(make_resources, pictures):
    code = ORIGINAL.replace(", resized_dims=(10, 12)", "")
    pipeline = fit(code, make_resources=make_resources)
    Image.new("RGB", (7, 9)).save(pictures / "other.png")
    with pytest.raises(FeatureError, match=r"'other.png' of 'photo' .* \(9, 7, 3\)") as raised:
        pipeline.transform(pl.DataFrame({"photo": ["0.png", "other.png"]}))
    assert "load_img(image_file, (96, 96))" in str(raised.value)
    with pytest.raises(FeatureError, match="others one of shape"):
        fit(code, ["0.png", "other.png"], make_resources=make_resources)


@pytest.mark.parametrize("returned", ["None", "'text'", "[[1, 2], [3]]"])
def test_what_is_no_array_is_said(make_resources, returned):
    code = f"def preprocess_image(image_file):\n    return {returned}\n"
    with pytest.raises(UserCodeError, match="expected an array of numbers") as raised:
        fit(code, make_resources=make_resources)
    assert "return array" in raised.value.fix


def test_numbers_that_are_none_are_an_error(make_resources):
    code = "import numpy as np\n\ndef preprocess_image(f):\n    return np.array([np.nan])\n"
    with pytest.raises(FeatureError, match="NaN or infinite"):
        fit(code, make_resources=make_resources)


def test_a_missing_function_is_named(make_resources):
    with pytest.raises(UserCodeError, match="the function preprocess_image is missing") as raised:
        fit("x = 1", make_resources=make_resources)
    assert "def preprocess_image(image_file)" in raised.value.fix


def test_a_missing_file_is_named(make_resources):
    with pytest.raises(FeatureError, match=r"no file 'features/other\.py'"):
        fit(ORIGINAL, make_resources=make_resources, code="features/other.py")


@pytest.mark.parametrize("file", ["../x.py", "/x.py", "x.txt"])
def test_code_lies_inside_the_design(file):
    with pytest.raises(ValidationError, match=r"expected a \.py file inside"):
        ImageCustom(code=file)


def test_loading_a_model_runs_nothing_of_the_users(make_resources, tmp_path):
    pipeline = fit(ORIGINAL, make_resources=make_resources)
    pipeline.save(tmp_path / "saved")
    loaded = FeaturePipeline.load(tmp_path / "saved", make_resources(photo="raise SystemExit"))
    assert loaded.inputs == pipeline.inputs
