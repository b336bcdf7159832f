"""What the server runs on: backends, memory, load, GPUs."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import psutil
from fastapi import APIRouter
from pydantic import BaseModel, Field

from hornbook import __version__
from hornbook.api.dependencies import CurrentStudio
from hornbook.backends import installed_backends
from hornbook.design import ARCHITECTURE_SAMPLES, TRAINING_SAMPLES
from hornbook.jobs.tensorboard import TENSORBOARD_PATH

__all__ = ["router"]

router = APIRouter(tags=["runtime"])


class Gpu(BaseModel):
    """A graphics card."""

    name: str
    used_mb: int
    total_mb: int
    load_percent: int


class RuntimeInfo(BaseModel):
    """The machine and the Python of the server."""

    version: str = Field(description="of Hornbook")
    python: str
    executable: str
    platform: str
    backends: list[str] = Field(description="that are installed")
    cpus: int
    load_percent: float = Field(description="of all processors, over the last minute")
    memory_used_mb: int
    memory_total_mb: int
    gpus: list[Gpu]
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
    return RuntimeInfo(
        version=__version__,
        python=platform.python_version(),
        executable=sys.executable,
        platform=platform.platform(),
        backends=list(installed_backends()),
        cpus=cpus,
        load_percent=round(100 * os.getloadavg()[0] / cpus, 1),
        memory_used_mb=(memory.total - memory.available) // 2**20,
        memory_total_mb=memory.total // 2**20,
        gpus=_gpus(),
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


def _gpus() -> list[Gpu]:
    query = "--query-gpu=name,memory.used,memory.total,utilization.gpu"
    try:
        done = subprocess.run(
            ["nvidia-smi", query, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    found = []
    for line in done.stdout.splitlines():
        name, *numbers = (part.strip() for part in line.split(","))
        if len(numbers) == 3 and all(one.isdigit() for one in numbers):
            used, total, load = map(int, numbers)
            found.append(Gpu(name=name, used_mb=used, total_mb=total, load_percent=load))
    return found
