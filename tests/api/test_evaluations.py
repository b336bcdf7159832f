"""Scorings and evaluations by REST: what is refused before a process is started."""

from __future__ import annotations

import pytest


def test_what_is_not_there(client):
    assert client.get("/api/v1/model-jobs").json() == []
    for path in (
        "/api/v1/saved-models/nobody/evaluations",
        "/api/v1/saved-models/nobody/evaluations/e1",
        "/api/v1/model-jobs/0123456789abcdef",
        "/api/v1/model-jobs/0123456789abcdef/output",
        "/api/v1/model-jobs/..%2F..%2Fhornbook.db",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong", [{"threshold": 2}, {"format": "xlsx"}, {"batch_size": 0}, {"columns": "x"}]
)
def test_wrong_wishes_are_refused(client, wrong):
    request = {"project": "my-project", "dataset": "people", **wrong}
    answer = client.post("/api/v1/saved-models/nobody/scorings", json=request)
    assert answer.status_code in (404, 422)
    assert answer.json()["detail"]
