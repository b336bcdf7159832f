"""The registry on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from hornbook.registry import Registry, SessionStatus, rebuild
from hornbook.registry.tables import TableBase

from ..postgresql import drop_tables

WORKERS = 6


@pytest.fixture
def url(postgresql_url: str) -> Iterator[str]:
    yield postgresql_url
    drop_tables(postgresql_url)


def test_the_migrations_of_an_empty_database_give_the_tables(home: Path, url: str):
    Registry(home, url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, TableBase.metadata) == []
    engine.dispose()


def test_registries_opened_and_used_at_once_agree(home: Path, design: Path, url: str):
    barrier = Barrier(WORKERS)

    def work(number: int) -> tuple[list[str], bool]:
        barrier.wait()
        with Registry(home, url) as registry:
            task = registry.ensure_task(design)
            sessions = [registry.create_session(task) for _ in range(5)]
            first = registry.session(f"{task.reference}/s1")
            queued = {SessionStatus.QUEUED}
            won = registry.update_session_if(
                first, queued, status="finished", has_model=True, metric_value=float("nan")
            )
            (first.folder / "model.keras").write_bytes(b"weights")
            registry.deploy(registry.session("latest"), name="quality", files=["model.keras"])
            return [session.session_id for session in sessions], won is not None

    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(work, range(WORKERS)))
    ids = [session_id for ids, _ in done for session_id in ids]
    assert sorted(ids) == sorted(f"s{number}" for number in range(1, 5 * WORKERS + 1))
    assert sum(won for _, won in done) == 1
    with Registry(home, url) as registry:
        (task,) = registry.tasks()
        (saved_model,) = registry.saved_models()
        assert len(saved_model.versions) == WORKERS
        sessions = registry.sessions()
        registry.activate_version("quality", "v2")
        registry.delete_version("quality", "v3")
        registry.deploy(sessions[0], name="other", files=["model.keras"])
        registry.delete_saved_model("other")
        registry.rename_saved_model("quality", "wines")
        assert registry.activate_version("wines", "v1").active_version.version_id == "v1"
        saved_model = registry.roll_back("wines")
        assert saved_model.active_version.version_id == "v2"
    drop_tables(url)
    assert rebuild(home, url).unusable == []
    with Registry(home, url) as registry:
        assert {it.reference: it for it in registry.sessions(task)} == {
            it.reference: it for it in sessions
        }
        assert registry.saved_models() == [saved_model]
