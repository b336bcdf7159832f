from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from hornbook.registry import Registry, SessionRecord, WorkspaceError
from hornbook.registry.schema import MIGRATIONS
from hornbook.registry.tables import SCHEMA_REVISION, TableBase


def test_the_migrations_of_an_empty_database_give_the_tables(home: Path):
    Registry(home).close()
    engine = create_engine(f"sqlite:///{home / 'hornbook.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, TableBase.metadata) == []
        assert context.get_current_revision() == SCHEMA_REVISION
    engine.dispose()


def test_the_newest_migration_is_the_one_the_tables_are_written_for():
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    assert scripts.get_current_head() == SCHEMA_REVISION


def test_a_failed_migration_leaves_an_empty_database(home: Path, monkeypatch: pytest.MonkeyPatch):
    def crash(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(MigrationContext, "stamp", crash)
        with pytest.raises(RuntimeError, match="killed"):
            Registry(home)
    with closing(sqlite3.connect(home / "hornbook.db")) as database:
        assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    with Registry(home) as registry:
        assert registry.tasks() == []


def test_versions_of_an_older_database_were_active_in_their_order(
    home: Path, registry: Registry, trained: SessionRecord
):
    for name in ("quality", "other", "quality"):
        registry.deploy(trained, name=name)
    before = registry.saved_models()
    registry.close()
    with closing(sqlite3.connect(home / "hornbook.db")) as database:
        database.execute("DROP TABLE activations")
        database.execute("DROP TABLE endpoint_keys")
        database.execute("UPDATE alembic_version SET version_num = '0002'")
        database.commit()
    with Registry(home) as upgraded:
        assert upgraded.saved_models() == before
        assert upgraded.roll_back("quality").active_version.version_id == "v1"


def test_a_newer_database_is_refused_and_left_alone(home: Path):
    Registry(home).close()
    with closing(sqlite3.connect(home / "hornbook.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(WorkspaceError) as caught:
        Registry(home)
    assert "newer Hornbook: its tables are at revision '9999'" in str(caught.value)
    assert "Upgrade" in str(caught.value)


def test_opening_a_workspace_in_use_imports_neither_alembic_nor_keras(home: Path):
    Registry(home).close()
    code = (
        "import sys; from pathlib import Path; from hornbook.registry import Registry\n"
        "Registry(Path(sys.argv[1])).close()\n"
        "heavy = {'alembic', 'keras', 'jax', 'tensorflow', 'pandas', 'polars', 'numpy'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
