"""The application in this process, as programs and browsers talk to it; trainings stay queued."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from hornbook.api import Studio, create_application
from hornbook.api.access import Access
from hornbook.jobs import TrainingQueue
from hornbook.web.pages import add_pages

TOKEN = "token-of-this-test"
HOST = "http://127.0.0.1:8765"
ROWS = "age,city,bought\n" + "".join(
    f"{20 + number % 40},{'Paris' if number % 3 else 'Rome'},{number % 2}\n"
    for number in range(200)
)


@pytest.fixture
def studio(home: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    # What a started training does is tested with real workers, in tests/browser.
    monkeypatch.setattr(TrainingQueue, "_start_next", lambda self: None)
    return Studio(home, largest_upload_bytes=100_000)


@pytest.fixture
def anonymous(studio: Studio, tmp_path: Path) -> Iterator[TestClient]:
    """Somebody who has not come in."""
    application = create_application(studio, Access(studio.registry, TOKEN))
    pages = tmp_path / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<title>Hornbook</title>")
    (pages / "assets" / "app.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    add_pages(application, pages)
    with TestClient(application, base_url=HOST) as client:
        yield client


@pytest.fixture
def client(anonymous: TestClient) -> TestClient:
    """A program that has the token."""
    anonymous.headers["authorization"] = f"Bearer {TOKEN}"
    return anonymous


@pytest.fixture
def rows() -> str:
    """A small table as CSV."""
    return ROWS


@pytest.fixture
def upload(client: TestClient) -> Callable[..., Response]:
    """Sends a table to the server."""

    def send(text: str = ROWS, name: str = "people", file_name: str = "people.csv") -> Response:
        return client.post(
            "/api/v1/projects/my-project/uploads",
            params={"name": name, "file_name": file_name},
            content=text.encode(),
        )

    return send


@pytest.fixture
def task(client: TestClient, upload: Callable[..., Response]) -> str:
    """The path of a task's routes."""
    assert upload().status_code == 201
    made = client.post(
        "/api/v1/projects/my-project/tasks", json={"dataset": "people", "target": "bought"}
    )
    assert made.status_code == 201, made.text
    return f"/api/v1/tasks/{made.json()['reference']}"
