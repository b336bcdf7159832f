from __future__ import annotations

import pytest

from hornbook.backends.gpus import GpuState, device_environment, gpu_states, gpus_of_machine
from hornbook.errors import NotFoundError


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


def test_a_device_is_what_a_process_sees(driver, monkeypatch):
    assert device_environment("auto", driver) == {}
    assert device_environment("cpu", driver)["CUDA_VISIBLE_DEVICES"] == "-1"
    assert device_environment("gpu:1", driver)["CUDA_VISIBLE_DEVICES"] == "1"
    with pytest.raises(NotFoundError, match="has gpu:0 to gpu:1"):
        device_environment("gpu:2", driver)
    # Of those that the user has not hidden.
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert device_environment("gpu:0", driver)["CUDA_VISIBLE_DEVICES"] == "1"
    with pytest.raises(NotFoundError, match="has one, gpu:0"):
        device_environment("gpu:1", driver)


def test_a_device_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="has no NVIDIA GPU"):
        device_environment("gpu:0", tmp_path)


@pytest.fixture
def nvidia_smi(tmp_path):
    """A command that answers as the driver's own does."""
    command = tmp_path / "nvidia-smi"
    lines = [
        "0, GPU-aaa1, 100, 81559, 7, NVIDIA H100 80GB HBM3",
        "1, GPU-bbb2, 0, 81559, [N/A], NVIDIA H100, PCIe",
    ]
    command.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(lines) + "\nEND\n")
    command.chmod(0o755)
    return str(command)


def test_memory_and_load_of_the_gpus(nvidia_smi, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    first, second = gpu_states(nvidia_smi)
    assert first == GpuState("gpu:0", "NVIDIA H100 80GB HBM3", 100, 81559, 7)
    assert second == GpuState("gpu:1", "NVIDIA H100, PCIe", 0, 81559, None)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-bbb2")
    [only] = gpu_states(nvidia_smi)
    assert (only.device, only.name) == ("gpu:0", "NVIDIA H100, PCIe")
    assert gpu_states("no-such-command") == []
