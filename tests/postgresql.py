"""A PostgreSQL server of the tests' own, from Debian's package."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from hornbook.registry.tables import TableBase

__all__ = ["drop_tables", "find_programs", "running_server"]

_USER = "postgres"


def find_programs() -> Path | None:
    """The folder of the newest `initdb` and `pg_ctl`, or `None` where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """The URL of an empty database, on a socket only; its server ends with the block."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="hornbook-pg-") as scratch:
        folder = Path(scratch)
        if account is not None:
            os.chown(folder, pwd.getpwnam(account).pw_uid, -1)
        data = folder / "data"
        _run(account, programs / "initdb", "-D", data, "-A", "trust", "-U", _USER, "-N")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        control = programs / "pg_ctl"
        _run(account, control, "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg://{_USER}@/postgres?host={folder}"
        finally:
            _run(account, control, "-D", data, "-m", "immediate", "-w", "stop")


def drop_tables(url: str) -> None:
    """Empties a database that a test has filled."""
    engine = create_engine(url)
    with engine.begin() as connection:
        TableBase.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    engine.dispose()


def _account() -> str | None:
    """Whom to run as: the server refuses to be root."""
    return _USER if os.geteuid() == 0 else None


def _run(account: str | None, *command: object) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=account,
        cwd="/",
        stdin=subprocess.DEVNULL,
        # The server keeps what it inherits: a pipe would never end.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}"
