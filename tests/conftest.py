"""What all tests share: the real data, workspaces, and one Keras backend a process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .postgresql import find_programs, running_server

# Set before anything imports Keras: a test process opens one backend and no other.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

DATA = Path(
    os.environ.get("HORNBOOK_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real tables."""
    if not DATA.is_dir():
        pytest.skip(f"no test data in {DATA}; set HORNBOOK_TEST_DATA")
    return DATA


@pytest.fixture(scope="session", autouse=True)
def _one_compilation_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a training in one test's workspace compiled is not compiled anew in every other's."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(shared / "compiled"))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL database that tests may fill: one they are told of, or one of their own."""
    told = os.environ.get("HORNBOOK_TEST_POSTGRESQL_URL")
    if told:
        yield told
        return
    programs = find_programs()
    if programs is None:
        pytest.skip(
            "no PostgreSQL here: apt-get install postgresql, or set HORNBOOK_TEST_POSTGRESQL_URL"
        )
    with running_server(programs) as url:
        yield url


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace of the test's own."""
    return tmp_path / "home"
