from __future__ import annotations

import pytest

from hornbook.backends.gpus import gpus_of_machine


@pytest.fixture
def driver(tmp_path, monkeypatch):
    for name in ("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS"):
        monkeypatch.delenv(name, raising=False)
    for name, text in (("0000:01", "Model: \t\t NVIDIA H100\nIRQ: 5\n"), ("0000:02", "IRQ: 6\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "information").write_text(text)
    return tmp_path


def test_the_gpus_that_the_driver_lists(driver, tmp_path):
    assert gpus_of_machine(driver) == ["NVIDIA H100", "NVIDIA GPU"]
    assert gpus_of_machine(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [("CUDA_VISIBLE_DEVICES", ""), ("CUDA_VISIBLE_DEVICES", "-1"), ("JAX_PLATFORMS", "cpu")],
)
def test_hidden_gpus_are_not_missed(driver, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    assert gpus_of_machine(driver) == []
