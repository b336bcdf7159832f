"""Models in use with PostgreSQL: as the workspace's database, and as where rows come from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from processes import EndpointProcess, Load, hornbook
from sqlalchemy import create_engine, text

from conftest import ROW, write_table
from hornbook.registry.tables import TableBase

pytestmark = pytest.mark.slow

PREDICT = "/v1/models/mixed/predict"


@pytest.fixture
def url(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("HORNBOOK_DATABASE", postgresql_url)
    yield postgresql_url
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        TableBase.metadata.drop_all(connection)
        for table in ("alembic_version", "rows", "scored"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()


def test_a_model_is_scored_evaluated_and_served(url: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_table(tmp_path / "mixed.csv")
    rows = pd.read_csv(tmp_path / "mixed.csv")
    engine = create_engine(url)
    rows.to_sql("rows", engine, index=False)
    hornbook(home, "init", "mixed", "--data", "mixed.csv", "--target", "answer")
    hornbook(home, "train", "mixed", "--set", "training.epochs=1")
    for _ in range(2):
        hornbook(home, "deploy", "latest", "--name", "mixed", "--activate", "never")
    assert not (home / "hornbook.db").exists()
    table = f"{url}&table={{}}"
    hornbook(home, "score", "mixed", table.format("rows"), table.format("scored"))
    scored = pd.read_sql_table("scored", engine)
    engine.dispose()
    evaluation = json.loads(hornbook(home, "evaluate", "mixed", table.format("rows"), "--json"))
    assert evaluation["rows"] == len(rows)

    made = json.loads(hornbook(home, "endpoint", "key", "add", "shop", "--json"))
    endpoint = EndpointProcess(home, "mixed", "--workers", "2", key=made["key"])
    try:
        texts = rows.drop(columns="answer").to_json(orient="records")
        first = endpoint.post(PREDICT, {"rows": json.loads(texts)})
        assert (first.status, first.json["version"]) == (200, "v1")
        answers = [one["probabilities"]["yes"] for one in first.json["predictions"]]
        assert answers == pytest.approx(scored["proba_yes"].tolist(), abs=1e-6)
        wrong = {"authorization": "Bearer " + re.sub(r".$", "?", made["key"])}
        assert endpoint.post(PREDICT, {"rows": [ROW]}, wrong).status == 401
        load = Load(endpoint, PREDICT, {"rows": [ROW]}, threads=2, reconnects=False)
        hornbook(home, "models", "activate", "mixed", "v2")
        load.wait_for(lambda answers: answers[-1].headers["x-hornbook-version"] == "v2")
        hornbook(home, "endpoint", "key", "revoke", "shop")
        load.wait_for(lambda answers: answers[-1].status == 401)
        load.end()
        assert not load.lost
        assert {one.status for one in load.answers} == {200, 401}
    finally:
        assert endpoint.end() == 0
