"""Scorings and evaluations that a server does: rows are sent, and what comes of them is fetched."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from hornbook.client.remote_connection import Body, Connection, Query, path_of
from hornbook.client.remote_errors import error_of_kind
from hornbook.errors import HornbookError, NotFoundError, UsageError
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.frame_rows import frame_rows
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["evaluate_remotely", "predict_remotely", "score_remotely"]

_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 60.0
_ROW = "hornbook row of the frame"
_FORMATS = {".csv": "csv", ".parquet": "parquet", ".jsonl": "jsonl"}


def predict_remotely(connection: Connection, model: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Predicts the rows of a pandas frame with a model of a server.

    Args:
        connection: to the server.
        model: what the server calls it.
        frame: with the columns the model was trained on; others are not sent.

    Returns:
        A frame with the same index: `prediction` and, for classes, `proba_<class>`. A row that
        cannot be scored has no values.

    Raises:
        DataError: a column is missing, or the frame is no table.
    """
    wanted = connection.get("/model-inputs", {"model": model})["columns"]
    rows = frame_rows(frame, wanted)
    numbers = pl.Series(_ROW, range(len(frame)), pl.Int64)
    sent = io.BytesIO()
    pl.DataFrame([numbers, *rows.get_columns()]).write_parquet(sent)
    query = {"model": model, "file_name": "rows.parquet", "format": "parquet", "column": [_ROW]}
    with _done(connection, "/scorings", query, sent.getvalue()) as job:
        scored = pl.read_parquet(connection.read(path_of("model-jobs", job["job_id"], "output")))
    if len(scored) < len(frame):
        scored = numbers.to_frame().join(scored, on=_ROW, how="left")
    predicted = scored.sort(_ROW).drop(_ROW).to_pandas()
    predicted.index = frame.index
    return predicted


def score_remotely(
    connection: Connection,
    model: str,
    source: Path | str,
    output: Path | str,
    options: ScoringOptions | None = None,
) -> ScoringResult:
    """Scores the rows of a file of this machine with a model of a server.

    Args:
        connection: to the server.
        model: what the server calls it.
        source: a file.
        output: a `.csv`, `.parquet` or `.jsonl` file; rows that cannot be scored are written
            beside it.
        options: what is wished.

    Raises:
        NotFoundError: there is no such file.
        DataError: the input lacks a column or is damaged, or none of its rows can be scored.
        UsageError: the output cannot be written as it is named.
    """
    options, target = options or ScoringOptions(), Path(output)
    if target.suffix.lower() not in _FORMATS or not target.absolute().parent.is_dir():
        raise UsageError(
            f"'{output}' cannot be written here.",
            fix="Name a .csv, .parquet or .jsonl file in a folder that is there.",
        )
    query: Query = {
        "model": model,
        "file_name": _file(source).name,
        "format": _FORMATS[target.suffix.lower()],
        "column": options.columns,
        "threshold": options.threshold,
        "batch_size": options.batch_size,
        "with_probabilities": options.with_probabilities,
    }
    with _done(connection, "/scorings", query, _file(source)) as job:
        path = path_of("model-jobs", job["job_id"])
        result = connection.get(path + "/result")["result"]
        connection.download(path + "/output", target)
        rejected = None
        if result["rejected_file"] is not None:
            rejected = target.with_name(f"{target.name}.rejected.jsonl")
            connection.download(path + "/rejected", rejected)
    return ScoringResult.from_json(
        {
            **result,
            "output": str(target),
            "rejected_file": None if rejected is None else str(rejected),
        }
    )


def evaluate_remotely(
    connection: Connection, model: str, source: Path | str, *, with_rows: bool = False
) -> Evaluation:
    """Measures a model of a server on the rows of a file of this machine; the server keeps it.

    Args:
        connection: to the server.
        model: what the server calls it.
        source: a file; with the target's column, or else only drift is told.
        with_rows: whether the server keeps each row with its truth and prediction.

    Raises:
        NotFoundError: there is no such file.
        DataError: the input lacks a column or is damaged, or none of its rows can be scored.
    """
    query: Query = {"model": model, "file_name": _file(source).name, "with_rows": with_rows}
    with _done(connection, "/evaluations", query, _file(source)) as job:
        result = connection.get(path_of("model-jobs", job["job_id"], "result"))["result"]
    return Evaluation.model_validate(result)


@contextmanager
def _done(connection: Connection, path: str, query: Query, body: Body) -> Iterator[dict[str, Any]]:
    """A job that has ended well; the server forgets it afterwards, and its rows."""
    job = connection.post(path, query=query, body=body)
    job_path = path_of("model-jobs", job["job_id"])
    try:
        while job["status"] == "running":
            time.sleep(_POLL_SECONDS)
            job = connection.get(job_path, patience_seconds=_PATIENCE_SECONDS)
        if job["status"] != "finished":
            raise error_of_kind(job["error_kind"], job["error"] or job["status"], job["fix"])
        yield job
    finally:
        with suppress(HornbookError):
            if job["status"] == "running":
                connection.post(job_path + "/cancel")
            connection.delete(job_path)


def _file(source: Path | str) -> Path:
    path = Path(source)
    if "://" in str(source) or path.is_dir():
        raise UsageError(
            f"'{source}' is no file, and only files are sent to a server.",
            fix="Write the rows into a CSV, Parquet or JSON lines file.",
        )
    if not path.is_file():
        raise NotFoundError(f"There is no file '{source}'.", fix="Check the path.")
    return path
