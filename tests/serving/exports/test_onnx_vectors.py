"""Vectors say in ONNX what they say in Hornbook, and images are refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hornbook.errors import ExportError
from hornbook.features import Feature, FeaturePipeline, ImageResize, VectorUnfold
from hornbook.serving.exports.onnx_preprocessing import require_expressible

NAN = float("nan")
TRAIN = [[1.0, 2.0, 3.0], None, [0.5, -2.0, 1e6], [], [1.0, NAN, 3.0], [4.0, 4.0, 4.0]]
UNSEEN = [[1e300, -1e300, 0.0], None, [float("inf"), 1.0, 1.0], [7.0, 7.0, 7.0]]


@pytest.mark.parametrize("rescaling", ["standard", "standard_together", "none"])
@pytest.mark.parametrize("impute_with", ["mean", "zeros"])
def test_vectors(check_parity, rescaling, impute_with):
    handling = VectorUnfold(rescaling=rescaling, impute_with=impute_with)
    before = check_parity(handling, TRAIN, UNSEEN)
    (raw,) = before.raw.values()
    assert raw.describe()["shape"] == ["N", 3]


def test_vectors_in_json(check_parity):
    check_parity(VectorUnfold(), TRAIN, pl.Series(["[1, 2.5, 3]", None, ""]))


def test_images_are_refused(tmp_path):
    from PIL import Image

    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "a.png")

    class Folders:
        def folder(self, name):
            return tmp_path

    from hornbook.features import FitContext

    handling = ImageResize(folder="pictures", height=4, width=4)
    feature = Feature("picture", handling, handling.default_input("picture"))
    frame = pl.DataFrame({"picture": ["a.png"]})
    pipeline = FeaturePipeline.fit([feature], [frame], FitContext(resources=Folders()))
    with pytest.raises(ExportError, match="'picture', image resize: it reads and decodes images"):
        require_expressible(pipeline)
