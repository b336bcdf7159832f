from __future__ import annotations

import pytest

from hornbook.design import ARCHITECTURE_SAMPLES, TRAINING_SAMPLES


@pytest.mark.parametrize(
    "sample", [*ARCHITECTURE_SAMPLES, *TRAINING_SAMPLES], ids=lambda one: one.name
)
def test_every_sample_is_python(sample):
    compile(sample.code, sample.name, "exec")
    assert sample.description.endswith(".")
