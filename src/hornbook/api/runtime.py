"""What the server runs on: backends, memory, load, GPUs."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

import psutil
from fastapi import APIRouter
from pydantic import BaseModel, Field

from hornbook import __version__
from hornbook.api.dependencies import CurrentStudio
from hornbook.backends import BACKENDS, gpu_states, installed_backends
from hornbook.design import ARCHITECTURE_SAMPLES, TRAINING_SAMPLES
from hornbook.jobs.tensorboard import TENSORBOARD_PATH

__all__ = ["router"]

router = APIRouter(tags=["runtime"])

_LOAD_SECONDS = 0.1
_MAIN_PACKAGES = (
    "keras",
    "numpy",
    "scipy",
    "pandas",
    "polars",
    "pyarrow",
    "scikit-learn",
    "opencv-python-headless",
    "safetensors",
    "tensorboard",
    "sentence-transformers",
)


class Device(BaseModel):
    """What trainings can run on."""

    device: str = Field(description="as a design names it: cpu, or such as gpu:0")
    name: str = Field(description="its model")
    used_mb: int = Field(description="of its memory, in MiB")
    total_mb: int
    load_percent: float | None = Field(
        description="how busy it is just now; null where it does not say"
    )


class BackendInfo(BaseModel):
    """What Keras can run on."""

    name: str
    version: str | None = Field(description="null where it is not installed")


class PackageInfo(BaseModel):
    """A package of the Python environment."""

    name: str
    version: str


class RuntimeInfo(BaseModel):
    """The machine and the Python of the server."""

    version: str = Field(description="of Hornbook")
    python: str
    executable: str
    platform: str
    backends: list[str] = Field(description="that are installed")
    all_backends: list[BackendInfo] = Field(description="installed or not")
    packages: list[PackageInfo] = Field(description="the main ones")
    executor: str = Field(description="where trainings run")
    devices: list[Device] = Field(description="the processor first")
    cpus: int
    home: str = Field(description="the workspace's folder")
    limit: int = Field(description="how many trainings run at once")


class TensorBoardInfo(BaseModel):
    """Where TensorBoard is."""

    path: str = Field(description="on this server")


class CodeSample(BaseModel):
    """A piece of code to begin with."""

    name: str
    description: str
    code: str


class CodeSamples(BaseModel):
    """Code to begin with, by the file it is for."""

    architecture: list[CodeSample]
    training: list[CodeSample]


@router.get("/runtime")
def get_runtime(studio: CurrentStudio) -> RuntimeInfo:
    """What trainings run on."""
    memory = psutil.virtual_memory()
    cpus = os.cpu_count() or 1
    load = psutil.cpu_percent(_LOAD_SECONDS)
    used_mb, total_mb = (memory.total - memory.available) // 2**20, memory.total // 2**20
    installed = installed_backends()
    cpu = Device(
        device="cpu", name=_cpu_name(), used_mb=used_mb, total_mb=total_mb, load_percent=load
    )
    return RuntimeInfo(
        version=__version__,
        python=platform.python_version(),
        executable=sys.executable,
        platform=platform.platform(),
        backends=list(installed),
        all_backends=[
            BackendInfo(name=name, version=_version(name) if name in installed else None)
            for name in BACKENDS
        ],
        packages=_packages(),
        executor=f"worker processes of this machine, {platform.node()}",
        devices=[cpu, *(Device(**asdict(one)) for one in gpu_states())],
        cpus=cpus,
        home=str(studio.home),
        limit=studio.limit,
    )


@router.post("/tensorboard")
def open_tensorboard(studio: CurrentStudio) -> TensorBoardInfo:
    """Starts TensorBoard over the workspace's trainings, unless it runs."""
    studio.tensorboard.port()
    return TensorBoardInfo(path=f"{TENSORBOARD_PATH}/")


@router.get("/code-samples")
def get_code_samples() -> CodeSamples:
    """Code to begin with."""
    return CodeSamples(
        architecture=[
            CodeSample(name=one.name, description=one.description, code=one.code)
            for one in ARCHITECTURE_SAMPLES
        ],
        training=[
            CodeSample(name=one.name, description=one.description, code=one.code)
            for one in TRAINING_SAMPLES
        ],
    )


def _packages() -> list[PackageInfo]:
    versions = {name: _version(name) for name in _MAIN_PACKAGES}
    return [PackageInfo(name=name, version=one) for name, one in versions.items() if one]


def _version(name: str) -> str | None:
    """Of an installed package; a backend may come under another name, such as tensorflow-cpu."""
    with suppress(PackageNotFoundError):
        return version(name)
    owners = packages_distributions().get(name, [])
    return version(owners[0]) if owners else None


def _cpu_name() -> str:
    """The processor's model, as the machine tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return value.strip()
    return platform.processor() or platform.machine()
